"""The limits before views: those of the API, plain ones, and the admin."""

import logging
import math
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from rest_framework.exceptions import APIException, Throttled
from rest_framework.throttling import BaseThrottle

from pupmatch.lib.problems import problem_response
from pupmatch.lib.throttling.counting import UsedUp, count
from pupmatch.lib.throttling.limits import (
    Count,
    Kind,
    Limit,
    Scope,
    are_off,
    limit_of,
    limits_of,
    of_address,
)
from pupmatch.lib.throttling.refusals import note

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponse]
# Refusals that come before the limits of a view are looked at: no sign-in, no right, no such format.
EARLY = {401, 403, 406}


class ScopedThrottle(BaseThrottle):
    """The limits of every view: what it names as `throttle_scope`, and one for all that is alike."""

    count: Count | None = None

    def allow_request(self, request: Any, view: Any) -> bool:
        """Whether this request is within its limits; the figures go into the answer's headers."""
        seen = request._request
        # Asked again on behalf of a long poll, it was counted before.
        if are_off() or hasattr(seen, "rate_limit"):
            return True
        self.count = _count(
            seen, limits_of(scopes_of(view), seen, _person(request, view), view.kwargs)
        )
        return self.count.is_allowed

    def wait(self) -> float | None:
        """Seconds until the window turns, for Retry-After."""
        return self.count.seconds_left if self.count else None


def scopes_of(view: Any) -> tuple[Scope, ...]:
    """What a view names for what it is about to do, beside the general limits."""
    scope = getattr(view, "throttle_scope", ())
    if isinstance(scope, dict):
        scope = scope.get(getattr(view, "action", None) or view.request.method.lower(), ())
    return (scope,) if isinstance(scope, str) else tuple(scope)


def _person(request: Any, view: Any) -> Any:
    """Who asks. Where a document's statement is still to look up the sign-in, the token says it."""
    if asked := getattr(view, "asked", None):
        return asked["user"]
    return request.user.pk if request.user.is_authenticated else None


def _count(request: HttpRequest, limits: list[Limit]) -> Count:
    found = request.rate_limit = count(limits)  # type: ignore[attr-defined]
    return found


def counted(exc: Exception, request: Any) -> Exception:
    """What to answer in place of a refusal, once it is counted: too many of them are 429.

    Those that come before a view's own limits count for the person as any request does, and without
    one for the address.
    """
    if isinstance(exc, UsedUp):
        note(*exc.refused)
    if not isinstance(exc, APIException) or exc.status_code not in EARLY or request is None:
        return exc
    seen = request._request
    if are_off() or hasattr(seen, "rate_limit"):
        return exc
    user = getattr(request, "_user", None)
    try:
        if user is not None and user.is_authenticated:
            found = _count(seen, limits_of((), seen, user.pk, {}))
        else:
            found = _count(seen, of_address("refused", seen))
    except Error:
        logger.warning("a refusal could not be counted", exc_info=True)
        return exc
    return exc if found.is_allowed else Throttled(found.seconds_left)


def limited(view: View) -> View:
    """Holds a plain view of Django's against the general limits, by address."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not are_off():
            found = _count(request, limits_of((), request, None, {}))
            if not found.is_allowed:
                return too_many(request, found)
        return view(request, *args, **kwargs)

    return wrapper


class LimitedStaffMiddleware:
    """The limit of the admin: of each member of staff, and of an address where nobody signed in."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if are_off():
            return self.get_response(request)
        user: Any = request.user
        limits = of_address("admin", request)
        if user.is_authenticated:
            limits = [limit_of("admin", Kind.PERSON, str(user.pk))]
        found = _count(request, limits)
        return self.get_response(request) if found.is_allowed else too_many(request, found)


def too_many(request: HttpRequest, found: Count) -> HttpResponse:
    """429: a page for staff, a problem for everybody else."""
    seconds = math.ceil(found.seconds_left)
    if request.path_info.startswith("/admin"):
        page = render_to_string("too_many.html", {"seconds": seconds})
        response = HttpResponse(page, status=429)
    else:
        detail = f"Too many requests; try again in {seconds} seconds."
        response = problem_response(request, http_status=429, code="throttled", detail=detail)
    response["Retry-After"] = str(seconds)
    return response
