"""The admin as a whole: whatever staff send is one transaction, and is on record."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import AdminErrorList
from django.contrib.admin.utils import unquote
from django.contrib.messages.storage import default_storage
from django.db import DatabaseError
from django.db.models import Model
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from psycopg.errors import DeadlockDetected, LockNotAvailable
from unfold.sites import UnfoldAdminSite

from pupmatch.lib.audit import record, watched
from pupmatch.lib.models import AuditEntry
from pupmatch.lib.problems import Problem, Unavailable, problem_response
from pupmatch.lib.retries import CROSSED, TRIES
from pupmatch.lib.staff.answers import back, leads_to

# Rooms end a transaction with the numbers of its events; by its name, because that stands above.
TRANSACTION = "events.publishing.recorded"
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
BUSY = "Somebody else was changing the same at this moment. Nothing was done; try again."
IDS_KEPT = 100

View = Callable[..., HttpResponse]


class _Refused(Exception):
    """An answer that says that nothing was done, on its way out of the transaction."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response


class StaffSite(UnfoldAdminSite):
    """The product's admin.

    An unsafe request to any page is one transaction. Unless it ends well, nothing of it is kept; if
    it does and nobody recorded what was done, the site itself records which page was sent what.
    """

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Django's hook: every page of the admin goes through here."""

        @wraps(view)
        def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in SAFE:
                return view(request, *args, **kwargs)
            return self._served(lambda: view(request, *args, **kwargs), request)

        return super().admin_view(kept, cacheable)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Django's hook: without colours, which stand in a style sheet and not in each page."""
        return {**super().each_context(request), "colors": None}

    def get_urls(self) -> list:
        """Django's hook: pages beside the lists, too."""
        others = [item for item in self._registry.values() if hasattr(item, "page_urls")]
        return [*(url for item in others for url in item.page_urls()), *super().get_urls()]

    def _served(self, view: Callable[[], HttpResponse], request: HttpRequest) -> HttpResponse:
        for tries_left in reversed(range(TRIES)):
            _as_it_came(request)
            try:
                return self._in_one_transaction(view, request)
            except _Refused as refusal:
                return refusal.response
            except Problem as refusal:
                return _not_done(request, refusal)
            except DatabaseError as error:
                if tries_left and isinstance(error.__cause__, CROSSED):
                    continue
                if isinstance(error.__cause__, DeadlockDetected | LockNotAvailable):
                    return _not_done(request, Unavailable(BUSY))
                raise
        raise AssertionError("unreachable: the last try returns or raises")

    def _in_one_transaction(
        self, view: Callable[[], HttpResponse], request: HttpRequest
    ) -> HttpResponse:
        actor: Any = request.user  # gone from the request after a sign-out
        with import_string(TRANSACTION)(), watched() as written:
            response = view()
            is_on_record = _are_kept(written)
            if not _is_done(response, is_on_record=is_on_record):
                raise _Refused(response)
            if not is_on_record:
                self._record(request, actor)
        return response

    def _record(self, request: HttpRequest, actor: Any) -> None:
        """That this page was sent something, in as many words as the address has."""
        match = request.resolver_match
        name = (match and match.url_name) or ""
        rows = [str(key)[:64] for key in request.POST.getlist("_selected_action")[:IDS_KEPT]]
        data: dict[str, Any] = {"chosen": request.POST.get("action", "")[:60], "rows": rows}
        record(
            by=actor,
            action=f"admin.{name}"[:60],
            subject=self._subject(name, match.kwargs.get("object_id") if match else None),
            **{name: value for name, value in data.items() if value},
        )

    def _subject(self, url_name: str, object_id: str | None) -> Model | None:
        for model in self._registry:
            if object_id and url_name.startswith(
                f"{model._meta.app_label}_{model._meta.model_name}_"
            ):
                # Its id is all that is asked for; the row itself may be gone by now.
                return model(pk=unquote(object_id)[:64])
        return None


def _as_it_came(request: HttpRequest) -> None:
    """Without the messages and the reading of an earlier try."""
    request._messages = default_storage(request)  # type: ignore[attr-defined]  # as the middleware
    for name in request.FILES:
        for file in request.FILES.getlist(name):
            file.seek(0)


def _are_kept(written: list[AuditEntry]) -> bool:
    """Whether any of them is there, and none of them only in a savepoint that was taken back."""
    pks = [entry.pk for entry in written]
    return bool(pks) and AuditEntry.objects.filter(pk__in=pks).exists()


def _is_done(response: HttpResponse, *, is_on_record: bool) -> bool:
    """Whether an answer means that what was asked for has happened.

    A page in answer to a form is a question, or the form again with what is wrong with it.
    """
    if response.status_code >= HTTPStatus.BAD_REQUEST or _shows_errors(response):
        return False
    is_page = response.status_code == HTTPStatus.OK and "HX-Redirect" not in response
    return is_on_record or not (is_page and response["Content-Type"].startswith("text/html"))


def _shows_errors(response: HttpResponse) -> bool:
    shown = (getattr(response, "context_data", None) or {}).values()
    return any(
        bool(value) if isinstance(value, AdminErrorList) else bool(value.errors)
        for value in shown
        if isinstance(value, AdminErrorList | BaseForm)
    )


def _not_done(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The refusal in words: on the page where staff come from, or as a problem for a script."""
    detail = str(problem.detail)
    if not request.accepts("text/html"):
        return problem_response(
            request, http_status=problem.status_code, code=problem.default_code, detail=detail
        )
    _as_it_came(request)
    messages.error(request, detail)
    return leads_to(request, back(request))
