"""Errors as `application/problem+json` (RFC 9457), all made by one handler.

A service raises a `Problem` that states its refusal; REST framework's own errors become one here.
"""

from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.handler import exception_handler as standardized_handler
from drf_standardized_errors.types import ErrorResponse, ExceptionHandlerContext
from psycopg_pool import PoolTimeout
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.response import Response

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


# REST framework's word for what we call otherwise.
SAME_CODES = {"permission_denied": Forbidden.default_code}


class ProblemFormatter(ExceptionFormatter):
    """Turns the flat list of errors that drf-standardized-errors makes into a problem document."""

    def format_error_response(self, error_response: ErrorResponse) -> dict:
        http_status = getattr(self.exc, "status_code", status.HTTP_500_INTERNAL_SERVER_ERROR)
        first = error_response.errors[0]
        members = dict(getattr(self.exc, "members", {}))
        code, detail = SAME_CODES.get(first.code, first.code), first.detail
        if error_response.type == "validation_error":
            code, detail = "invalid", "Some of what was sent is not valid; see errors."
            members["errors"] = [
                {"pointer": _pointer(error.attr), "code": error.code, "detail": error.detail}
                for error in error_response.errors
            ]
        return document(
            http_status=http_status,
            code=code,
            detail=detail,
            request_id=request_id_of(self.context.get("request")),
            **members,
        )


def _pointer(attr: str | None) -> str:
    """A JSON pointer (RFC 6901) to the field, or to the whole document."""
    if not attr or attr == "non_field_errors":
        return ""
    return "/" + attr.removesuffix("/non_field_errors")


# What Django and the driver raise where a Problem is meant. Deadlocks, time-outs of locks and
# statements and lost connections are all OperationalErrors.
MEANINGS: dict[type[Exception], type[Problem]] = {
    OperationalError: Unavailable,
    InterfaceError: Unavailable,
    PoolTimeout: Unavailable,
    RequestDataTooBig: TooLarge,
    SuspiciousOperation: Unreadable,
    UnreadablePostError: Unreadable,
}


class ProblemHandler(ExceptionHandler):
    """Recognises what is nobody's programming error before it would become a 500."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        """The Problem that `exc` means, if any."""
        for kind, problem in MEANINGS.items():
            if isinstance(exc, kind):
                return problem()
        return super().convert_known_exceptions(exc)


def exception_handler(exc: Exception, context: ExceptionHandlerContext) -> Response | None:
    """REST framework's EXCEPTION_HANDLER: any exception to a problem document."""
    response = standardized_handler(exc, context)
    if response is not None:
        response.content_type = CONTENT_TYPE
    return response


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


@csrf_exempt
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
