"""Bodies that nobody wants are taken in nevertheless."""

import threading
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, UnreadablePostError

CHUNK = 65_536
# By one thread of a process at a time: a sender may be slow, and the rest of what is refused is worth
# no more than that. What is shorter than a buffer the front has whole before it asks.
_taking_in = threading.BoundedSemaphore(1)


class WholeBodyMiddleware:
    """Takes in what a refusal left unread of a body.

    The server would close the connection on somebody who is still sending, and what they get is no
    answer but a broken connection: of nine megabytes and an expired token, 29 of 30.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_wanted = response.status_code != HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        if request.META.get("CONTENT_LENGTH") and is_wanted and _taking_in.acquire(blocking=False):
            try:
                _read_on(request)
            finally:
                _taking_in.release()
        return response


def _read_on(request: HttpRequest) -> None:
    left = settings.MAX_UPLOAD_BYTES
    # Whoever went away meanwhile needs no answer.
    with suppress(UnreadablePostError):
        while left > 0 and (chunk := request.read(CHUNK)):
            left -= len(chunk)
