"""The long poll: the API's own view, asked again when there is something to tell.

While it waits it holds neither a thread nor a connection to the database. An answer that is taken
slowly holds a page's memory: one person may let five requests wait or be taken at a time.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.http import HttpResponse, JsonResponse

from pupmatch.lib.problems import CONTENT_TYPE, document
from realtime import metrics
from realtime.http import django_request, respond, send_response
from realtime.hub import Hub
from realtime.sockets import Send
from realtime.threads import DATABASE_TROUBLE
from realtime.views import PageResponse, Place
from realtime.watch import is_behind

MOST_POLLS = 5
RETRY_AFTER_S = 5


class Poll:
    """Somebody's request that waits."""

    def __init__(self, place: Place) -> None:
        self.user_id, self.session_id = str(place.user_id), str(place.session_id)
        self.position = place.position
        self.is_superseded = False
        self._is_woken = asyncio.Event()

    def wake(self) -> None:
        """There may be something new."""
        self._is_woken.set()

    def sign_out(self) -> None:
        """The view will say so."""
        self._is_woken.set()

    def supersede(self) -> None:
        """Too many wait for this person: this one, the oldest, gives way."""
        self.is_superseded = True
        self._is_woken.set()

    async def wait(self, seconds: float) -> None:
        """Until it is woken, or the time is over."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._is_woken.wait(), seconds)


async def serve(hub: Hub, scope: dict[str, Any], send: Send) -> None:
    """Answer a request for events, and see to it that the answer is taken."""
    is_head = scope["method"] == "HEAD"
    response = await _answer(hub, scope)
    if not isinstance(response, PageResponse):
        await send_response(send, response, is_head=is_head)
    elif hub.taking[str(response.place.user_id)] >= MOST_POLLS:
        await send_response(send, _too_many(response), is_head=is_head)
    else:
        with _being_taken(hub, str(response.place.user_id)):
            response.data = None  # written already, and larger than what was written
            await send_response(send, response, is_head=is_head)


@contextmanager
def _being_taken(hub: Hub, user_id: str) -> Iterator[None]:
    hub.taking[user_id] += 1
    try:
        yield
    finally:
        hub.taking[user_id] -= 1
        if not hub.taking[user_id]:
            del hub.taking[user_id]


async def _answer(hub: Hub, scope: dict[str, Any]) -> HttpResponse:
    """The answer to a request for events, now or within the `wait` that it asks for."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    counted = None
    while True:
        request = django_request(scope)
        if counted:
            # However often we look, it is one request to the limits.
            request.rate_limit = counted  # type: ignore[attr-defined]
        response = await hub.database.run(respond, request)
        counted = getattr(request, "rate_limit", None)
        if not isinstance(response, PageResponse) or response.data["events"]:
            return response
        seconds_left = began + response.place.wait - loop.time()
        if seconds_left <= 0 or hub.is_stopping:
            return response
        if await _wait(hub, response.place, seconds_left):
            return _too_many(response)


def _too_many(page: HttpResponse) -> HttpResponse:
    """In place of an empty page: asked again at once, it would push out the next poll, and so on."""
    request_id = page["X-Request-ID"]
    body = document(
        http_status=429,
        code="too_many_polls",
        detail=(
            f"More than {MOST_POLLS} of your requests wait for events or are being answered; "
            "this was the one to give way."
        ),
        request_id=request_id,
    )
    headers = {"X-Request-ID": request_id, "Retry-After": str(RETRY_AFTER_S)}
    return JsonResponse(body, status=429, content_type=CONTENT_TYPE, headers=headers)


async def _wait(hub: Hub, place: Place, seconds: float) -> bool:
    """Wait for news; says whether there is no room for this poll, or a newer one took its place."""
    poll = Poll(place)
    others = [one for one in hub.connected(poll.user_id) if isinstance(one, Poll)]
    waiting = [one for one in others if not one.is_superseded]
    if len(waiting) + hub.taking[poll.user_id] >= MOST_POLLS:
        if not waiting:
            return True
        waiting[0].supersede()
    hub.add(poll)
    metrics.POLLS.inc()
    try:
        # Whatever came between the view's look and this moment woke nobody.
        with suppress(*DATABASE_TROUBLE):
            if await hub.database.run(is_behind, place.user_id, place.position):
                poll.wake()
        await poll.wait(seconds)
    finally:
        metrics.POLLS.dec()
        hub.remove(poll)
    return poll.is_superseded
