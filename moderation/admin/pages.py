"""What the desk's own pages share: a frame around them, and the way back after a POST."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.template.response import TemplateResponse

from accounts.models import User
from pupmatch.lib.problems import Problem

View = Callable[..., HttpResponse]
FilledForm = TypeVar("FilledForm", bound=Form)


class NotFilledIn(Problem):
    """A form of the desk lacks something."""

    status_code = 400
    default_code = "not_filled_in"
    default_detail = "Fill in the form."


def page(request: HttpRequest, template: str, title: str, **context: Any) -> TemplateResponse:
    """A page of the desk inside the admin's frame."""
    frame = admin.site.each_context(request)
    return TemplateResponse(
        request, f"admin/moderation/{template}.html", {**frame, "title": title, **context}
    )


def may(request: HttpRequest, codename: str) -> bool:
    """Whether whoever asks has a permission of the desk."""
    return request.user.has_perm(f"moderation.{codename}")


def needs(codename: str, *, writes: bool = False) -> Callable[[View], View]:
    """Refuse everybody who lacks a permission of the desk; where something is written, also a GET.

    For methods and plain functions.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(*args: Any, **kwargs: Any) -> HttpResponse:
            request = next(arg for arg in args if isinstance(arg, HttpRequest))
            if not may(request, codename):
                raise PermissionDenied
            if writes and request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            return view(*args, **kwargs)

        return wrapper

    return decorate


def is_own(request: HttpRequest, person: UUID | None) -> bool:
    """Whether something is kept from whoever asks because it is about them.

    It would tell who reported them, and what colleagues think of that. Superusers see everything.
    """
    return person == request.user.pk and not staff(request).is_superuser


def refuse_own(request: HttpRequest, person: UUID | None) -> None:
    """Keep staff from what is about themselves. Raises PermissionDenied."""
    if is_own(request, person):
        raise PermissionDenied


def read_only(view: View) -> View:
    """Refuse whatever is sent to a page on which nothing can be changed."""

    @wraps(view)
    def wrapper(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" or not self.has_view_permission(request):
            raise PermissionDenied
        return view(self, request, *args, **kwargs)

    return wrapper


def staff(request: HttpRequest) -> User:
    """Whoever asks; the admin lets nobody else in."""
    assert isinstance(request.user, User)  # noqa: S101 (narrows the type)
    return request.user


def back(request: HttpRequest, url: str, message: str = "") -> HttpResponse:
    """Lead on after a POST, with what became of it on top."""
    if message:
        messages.success(request, message)
    return HttpResponseRedirect(url)


def filled(form: FilledForm) -> FilledForm:
    """The form, if it is filled in as it must be. Raises NotFilledIn, which the site tells."""
    if not form.is_valid():
        words = [
            f"{form.fields[name].label or name}: {' '.join(map(str, errors))}"
            if name in form.fields
            else " ".join(map(str, errors))
            for name, errors in form.errors.items()
        ]
        raise NotFilledIn(" ".join(words))
    return form
