"""Answers on their way out: as a whole, so that no thread waits for whoever reads them."""

from collections.abc import Callable
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse

from pupmatch.lib.outages import is_outage, unavailable

# Bytes of the largest file that is read before it is sent: more than any photo or script of ours.
MAX_WHOLE_BYTES = 4 * 1024 * 1024


class WholeAnswerMiddleware:
    """Hands a file over in one piece.

    The server asks for the next piece when the one before is on its way, and a reader who takes a
    byte now and then would keep a thread for hours. What is larger, exports alone, takes turns.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response: Any = self.get_response(request)
        if not _is_file(response):
            return response
        try:
            response.streaming_content = [b"".join(response)]
        except Exception as error:
            response.close()
            if not is_outage(error):
                raise
            return unavailable(request, error)
        return response


def _is_file(response: Any) -> bool:
    if not isinstance(response, FileResponse) or response.file_to_stream is None:
        return False
    return int(response.get("Content-Length", str(MAX_WHOLE_BYTES + 1))) <= MAX_WHOLE_BYTES
