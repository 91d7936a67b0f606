"""Bodies on their way in: read in time, however slow, and to the end, although nobody wants them."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, UnreadablePostError

CHUNK = 65_536
TOO_LARGE = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
# How long the rest of a refused body is waited for: ten megabytes from a telephone.
REFUSED_S = 4.0
# They wait for senders. Who is given up on holds one until the connection closes, which is next.
_readers = ThreadPoolExecutor(32, thread_name_prefix="body")


class TimedInput:
    """A `wsgi.input` that raises TimeoutError once it took so many seconds altogether.

    The server waits for the next byte for as long as it takes, and a thread with it; so the wait is
    another thread's.
    """

    def __init__(self, stream: Any, seconds: float) -> None:
        self._stream = stream
        self._ends_at = time.monotonic() + seconds

    def hurry(self, seconds: float) -> None:
        """Take at most so many seconds from now on."""
        self._ends_at = min(self._ends_at, time.monotonic() + seconds)

    def read(self, size: int = -1) -> bytes:
        """As a stream's."""
        return self._in_time(self._stream.read, size)

    def readline(self, size: int = -1) -> bytes:
        """As a stream's."""
        return self._in_time(self._stream.readline, size)

    def _in_time(self, read: Callable[[int], bytes], size: int) -> bytes:
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return _readers.submit(read, size).result(left)


class WholeBodyMiddleware:
    """Takes in what a refusal left unread of a body.

    The server would close the connection on somebody who is still sending, and what they get is no
    answer but a broken connection: of nine megabytes and an expired token, 29 of 30.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.META.get("CONTENT_LENGTH") and response.status_code != TOO_LARGE:
            # Whoever went away meanwhile, or is too slow, needs no answer.
            with suppress(UnreadablePostError):
                _read_on(request)
        return response


def _read_on(request: HttpRequest) -> None:
    body, left = request.META.get("wsgi.input"), settings.MAX_UPLOAD_BYTES
    if isinstance(body, TimedInput):
        body.hurry(REFUSED_S)
    while left > 0 and (chunk := request.read(CHUNK)):
        left -= len(chunk)
