"""What happens to every request before and after its view."""

import math
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.module_loading import import_string

from pupmatch.lib.ids import uuid7
from pupmatch.lib.logs import current_request_id, current_user_id
from pupmatch.lib.outages import is_outage, unavailable
from pupmatch.lib.problems import problem_response
from pupmatch.lib.requests import current_request, is_staffs

ACCEPTABLE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,128}")

Handler = Callable[[HttpRequest], HttpResponse]


class StaffMiddleware:
    """What the admin alone needs: sessions, protection of forms, who is signed in, messages.

    The API has tokens, which no browser sends by itself. One middleware around those that the
    settings name, because each costs every request something, even where it does nothing.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.for_staff: Any = get_response
        for name in reversed(settings.STAFF_MIDDLEWARE):
            self.for_staff = import_string(name)(self.for_staff)
        self.csrf = CsrfViewMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_staffs(request):
            return self.get_response(request)
        try:
            return self.for_staff(request)
        except Exception as error:
            # Of the sign-in and the messages; what views raise has become an answer by now.
            if not is_outage(error):
                raise
            return unavailable(request, error)

    def process_view(self, request: HttpRequest, *args: Any) -> HttpResponse | None:
        """Refuses a forged form of the admin's."""
        return self.csrf.process_view(request, *args) if is_staffs(request) else None


class RequestIdMiddleware:
    """Gives every request an id, or takes the caller's, and says it in answer and logs."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        offered = request.headers.get("X-Request-ID", "")
        request_id = offered if ACCEPTABLE_REQUEST_ID.fullmatch(offered) else str(uuid7())
        request.request_id = request_id  # type: ignore[attr-defined]
        # Never reset: Django logs refusals after the middleware, and the next request sets its own.
        current_request_id.set(request_id)
        current_user_id.set(None)
        token = current_request.set(request)
        try:
            response = self.get_response(request)
        finally:
            current_request.reset(token)
        response["X-Request-ID"] = request_id
        return response


class ApiMiddleware:
    """Refuses what no view could read, and marks the API's answers as private."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = _refusal(request) or self.get_response(request)
        if request.path.startswith("/api/v1/"):
            if response.status_code == HTTPStatus.PRECONDITION_FAILED:
                response = problem_response(request, **UNMET)
            if not response.has_header("Cache-Control"):
                patch_cache_control(response, private=True, no_cache=True)
            patch_vary_headers(response, ["Authorization"])
        if hasattr(request, "rate_limit"):
            response["RateLimit-Limit"] = str(request.rate_limit.limit)
            response["RateLimit-Remaining"] = str(request.rate_limit.remaining)
            response["RateLimit-Reset"] = str(math.ceil(request.rate_limit.seconds_left))
        return response


def _refusal(request: HttpRequest) -> HttpResponse | None:
    for is_met, http_status, code, detail in REFUSALS:
        if is_met(request):
            return problem_response(request, http_status=http_status, code=code, detail=detail)
    return None


def _is_plain(request: HttpRequest) -> bool:
    # A redirect would have answered what was sent for everybody on the way to read, tokens included.
    if not settings.SECURE_SSL_REDIRECT or request.is_secure():
        return False
    return request.path.startswith("/api/v1/")


def _holds_nul(request: HttpRequest) -> bool:
    # PostgreSQL text holds no NUL, so one in a filter or in the admin's search would be a 500.
    return "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", "")


def _is_no_text(request: HttpRequest) -> bool:
    # Django would put replacement characters there, and search for them.
    query = request.META.get("QUERY_STRING", "")
    if "%" not in query and query.isascii():
        return False
    try:
        unquote_to_bytes(query.encode("latin-1")).decode()
    except UnicodeError:
        return True
    return False


def _is_in_another_charset(request: HttpRequest) -> bool:
    charset = (request.content_params or {}).get("charset", "utf-8")
    return charset.lower() not in {"utf-8", "utf8"}


def _is_coded(request: HttpRequest) -> bool:
    # We unpack nothing: a few bytes would become gigabytes.
    return request.headers.get("Content-Encoding", "identity").lower() != "identity"


def _is_chunked(request: HttpRequest) -> bool:
    # WSGI reads no further than the length that is announced, which would be nothing.
    return "chunked" in request.headers.get("Transfer-Encoding", "").lower()


def _has_no_length(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not (length.isascii() and length.isdigit() and len(length) < 20)


def _is_too_large(request: HttpRequest) -> bool:
    return int(request.META.get("CONTENT_LENGTH") or 0) > _largest_body(request)


# Of Django, which compares If-Match and If-Unmodified-Since, and answers in HTML.
UNMET: dict[str, Any] = {
    "http_status": HTTPStatus.PRECONDITION_FAILED,
    "code": "precondition_failed",
    "detail": "It is not as the request says that it is to be.",
}

# In this order: what is asked of a request, and what it is told that it is so.
REFUSALS: list[tuple[Callable[[HttpRequest], bool], int, str, str]] = [
    (_is_plain, 403, "https_required", "Use https; what was sent here could be read on the way."),
    (_holds_nul, 400, "invalid", "The address holds a NUL."),
    (_is_no_text, 400, "invalid", "The address is not in UTF-8."),
    (_is_in_another_charset, 415, "unsupported_media_type", "Send UTF-8, or name no charset."),
    (_is_coded, 415, "unsupported_media_type", "Send the body as it is, not compressed."),
    (_is_chunked, 411, "length_required", "Send the body with a Content-Length."),
    (_has_no_length, 400, "invalid", "The Content-Length is no number."),
    (_is_too_large, 413, "too_large", "The body is too large."),
]


def _largest_body(request: HttpRequest) -> int:
    # Multipart bodies carry a photo and its envelope; everything else is small.
    is_upload = request.content_type == "multipart/form-data"
    return settings.MAX_UPLOAD_BYTES if is_upload else settings.MAX_BODY_BYTES
