"""The one handler that makes problem documents of whatever a view raises."""

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, UnreadablePostError
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.handler import exception_handler as standardized_handler
from drf_standardized_errors.types import ErrorResponse, ExceptionHandlerContext
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.response import Response

from pupmatch.lib.outages import is_outage, note
from pupmatch.lib.problems import (
    CONTENT_TYPE,
    Forbidden,
    NotFound,
    Problem,
    TooLarge,
    Unavailable,
    Unreadable,
    document,
    request_id_of,
)
from pupmatch.lib.throttling.views import counted

# What was wrong is told in so many parts and letters at most: it repeats what was sent.
MOST_ERRORS, LONGEST_DETAIL = 50, 300

# REST framework's word for what we call otherwise.
SAME_CODES = {"permission_denied": Forbidden.default_code}


class ProblemFormatter(ExceptionFormatter):
    """Turns the flat list of errors that drf-standardized-errors makes into a problem document."""

    def format_error_response(self, error_response: ErrorResponse) -> dict:
        http_status = getattr(self.exc, "status_code", status.HTTP_500_INTERNAL_SERVER_ERROR)
        first = error_response.errors[0]
        members = dict(getattr(self.exc, "members", {}))
        code, detail = SAME_CODES.get(first.code, first.code), first.detail[:LONGEST_DETAIL]
        if error_response.type == "validation_error":
            code, detail = "invalid", "Some of what was sent is not valid; see errors."
            members["errors"] = [
                {
                    "pointer": _pointer(error.attr)[:LONGEST_DETAIL],
                    "code": error.code,
                    "detail": error.detail[:LONGEST_DETAIL],
                }
                for error in error_response.errors[:MOST_ERRORS]
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


# What Django raises where a Problem is meant.
MEANINGS: dict[type[Exception], type[Problem]] = {
    # In the same words as ours, which tell nothing that is hidden from nothing at all.
    Http404: NotFound,
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
        if is_outage(exc):
            note(exc)
            return Unavailable()
        return super().convert_known_exceptions(exc)

    def report_exception(self, exc: APIException, response: Response) -> None:
        """Not how we got to what is away, which while it lasts would be told a thousand times."""
        if not isinstance(exc, Unavailable):
            super().report_exception(exc, response)


def exception_handler(exc: Exception, context: ExceptionHandlerContext) -> Response | None:
    """REST framework's EXCEPTION_HANDLER: any exception to a problem document."""
    response = standardized_handler(counted(exc, context.get("request")), context)
    if response is not None:
        response.content_type = CONTENT_TYPE
    return response
