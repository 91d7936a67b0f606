"""Answers that learn by one statement alone who asks and whether they may.

A document's statement checks the sign-in while it finds what is asked for, so signing out takes
effect at the very next request, as everywhere, and costs no query. Where the statement finds
nothing, for whatever reason, the view's own handler answers behind the usual check: that one tells
an ended sign-in from nothing to see.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from django.db.models import Exists, QuerySet
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import SessionTokenAuthentication, asking
from pupmatch.lib.documents import Document, Listing, surroundings
from pupmatch.lib.pagination import KeysetPagination

Handler = Callable[..., Response]


class OwnDocument(Document):
    """A document that is found for whoever is signed in, and for nobody else."""

    def queryset(self) -> QuerySet:
        """What is looked for, as long as the sign-in counts."""
        return super().queryset().filter(Exists(asking()))


class OwnListing(Listing):
    """A list that is found for whoever is signed in, and for nobody else."""

    def queryset(self) -> QuerySet:
        """What is looked for, as long as the sign-in counts."""
        return super().queryset().filter(Exists(asking()))


class AnswersAtOnce(APIView):
    """A view whose handlers marked `@at_once` answer by a document, if it is found."""

    document: ClassVar[OwnDocument | OwnListing]
    # What the statement needs to know, while it is to be asked.
    asked: dict[str, Any] = {}

    def perform_authentication(self, request: Request) -> None:
        """Read the token; whether its sign-in still counts, the statement says."""
        handler = getattr(self, (request.method or "").lower(), None)
        if not getattr(handler, "is_at_once", False):
            super().perform_authentication(request)
            return
        claims = SessionTokenAuthentication().claims(request)
        if claims is None:
            raise NotAuthenticated
        self.asked = {**surroundings(request), **claims._asdict(), **self.kwargs}

    def check_permissions(self, request: Request) -> None:
        """Not before it is known who asks."""
        if not self.asked:
            super().check_permissions(request)

    def answer_at_once(self, request: Request) -> Response | None:
        """What the statement finds."""
        if isinstance(self.document, Listing):
            paginator: KeysetPagination = self.paginator  # type: ignore[attr-defined]
            found = paginator.find(self.document, self.asked, request, self)
        else:
            found = self.document.find(self.asked)
        if found is None:
            return None
        answer, *told = found
        self.noted(*told)
        return Response(answer)

    def answer_nothing(self) -> Response | None:
        """What to answer where the statement found nothing, once it is known who asks.

        For lists that are often empty; without an answer the handler is asked.
        """
        return None

    def noted(self) -> None:
        """Take note of what the document brought for the server itself."""


def at_once(handler: Handler) -> Handler:
    """Let a handler be asked only for what the view's document does not find."""

    @wraps(handler)
    def wrapper(view: AnswersAtOnce, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer = view.answer_at_once(request)
        if answer is not None:
            return answer
        view.asked = {}
        view.check_permissions(request)
        return view.answer_nothing() or handler(view, request, *args, **kwargs)

    wrapper.is_at_once = True  # type: ignore[attr-defined]
    return wrapper
