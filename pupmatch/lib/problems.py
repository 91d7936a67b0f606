"""Errors as `application/problem+json` (RFC 9457): a service raises a `Problem`.

`pupmatch.lib.handler` makes the answers of them, and of REST framework's own errors.
"""

from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from rest_framework import status
from rest_framework.exceptions import APIException

CONTENT_TYPE = "application/problem+json"

TITLES = {
    400: "Invalid request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    410: "No longer kept",
    411: "Length required",
    412: "Precondition failed",
    413: "Too large",
    415: "Unsupported media type",
    429: "Too many requests",
    500: "Internal error",
    503: "Unavailable",
}


class Problem(APIException):
    """A refusal with a status, a stable `code` and a sentence for a person to read.

    Keyword arguments become further members of the problem document.
    """

    status_code: int = status.HTTP_409_CONFLICT
    default_code: str
    default_detail: str

    def __init__(self, detail: str | None = None, **members: Any) -> None:
        super().__init__(detail or self.default_detail, self.default_code)
        self.members = members


class NotFound(Problem):
    """Absent, or none of the asker's business: the two look alike."""

    status_code = status.HTTP_404_NOT_FOUND
    default_code = "not_found"
    default_detail = "There is nothing here."


class NotSignedIn(Problem):
    """Whoever asks did not show who they are."""

    status_code = status.HTTP_401_UNAUTHORIZED
    # RFC 9110: every 401 says how to do better.
    auth_header = 'Bearer realm="api"'


class Unavailable(Problem):
    """The database is overloaded, restarting, or took too long; the same request may work soon."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "unavailable"
    default_detail = "We cannot answer right now; try again in a moment."
    wait = 2  # becomes Retry-After


class Unreadable(Problem):
    """A body that the server gave up reading."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "invalid"
    default_detail = "The request cannot be read."


class TooLarge(Problem):
    """A body beyond the limit."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = "The body is too large."


class Forbidden(Problem):
    """Seen, but not theirs to do."""

    status_code = status.HTTP_403_FORBIDDEN
    default_code = "not_allowed"
    default_detail = "You may not do this."


def document(*, http_status: int, code: str, detail: str, request_id: str, **members: Any) -> dict:
    """The members of a problem document, in the order of RFC 9457 and then ours."""
    return {
        "type": f"https://pupmatch.example/problems/{code}",
        "title": TITLES.get(http_status, "Error"),
        "status": http_status,
        "detail": detail,
        "code": code,
        "request_id": request_id,
        **members,
    }


def request_id_of(request: Any) -> str:
    """The id that RequestIdMiddleware gave this request."""
    return getattr(request, "request_id", "")


def problem_response(
    request: HttpRequest, *, http_status: int, code: str, detail: str
) -> JsonResponse:
    """A problem document from outside REST framework: middleware and Django's error pages."""
    body = document(
        http_status=http_status, code=code, detail=detail, request_id=request_id_of(request)
    )
    return JsonResponse(body, status=http_status, content_type=CONTENT_TYPE)


def _speaks_html(request: HttpRequest) -> bool:
    return request.path.startswith("/admin")


def bad_request(request: HttpRequest, exception: Exception) -> Any:
    """Django's handler400."""
    if _speaks_html(request):
        return defaults.bad_request(request, exception)
    return problem_response(
        request, http_status=400, code="invalid", detail="The request cannot be read."
    )


def permission_denied(request: HttpRequest, exception: Exception) -> Any:
    """Django's handler403."""
    if _speaks_html(request):
        return defaults.permission_denied(request, exception)
    return problem_response(
        request, http_status=403, code="not_allowed", detail=Forbidden.default_detail
    )


def not_found(request: HttpRequest, exception: Exception) -> Any:
    """Django's handler404."""
    if _speaks_html(request):
        return defaults.page_not_found(request, exception)
    return problem_response(
        request, http_status=404, code="not_found", detail=NotFound.default_detail
    )


@csrf_exempt  # nosemgrep: forms-unprotected (it does nothing)
def no_such_address(request: HttpRequest, unknown: str) -> Any:
    """The view of every address below /api/ that is no other view's."""
    return not_found(request, Http404())


def server_error(request: HttpRequest) -> Any:
    """Django's handler500."""
    if _speaks_html(request):
        return defaults.server_error(request)
    return problem_response(
        request, http_status=500, code="error", detail="Something went wrong on our side."
    )
