"""The long poll: the API's own view, asked again when there is something to tell.

While it waits it holds neither a thread nor a connection to the database.
"""

import asyncio
from contextlib import suppress
from typing import Any

from django.http import HttpResponse, JsonResponse

from pupmatch.lib.problems import CONTENT_TYPE, document
from realtime import metrics
from realtime.http import django_request, respond
from realtime.hub import Hub
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


async def answer(hub: Hub, scope: dict[str, Any]) -> HttpResponse:
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
        detail=f"More than {MOST_POLLS} of your requests wait for events; this was the oldest.",
        request_id=request_id,
    )
    headers = {"X-Request-ID": request_id, "Retry-After": str(RETRY_AFTER_S)}
    return JsonResponse(body, status=429, content_type=CONTENT_TYPE, headers=headers)


async def _wait(hub: Hub, place: Place, seconds: float) -> bool:
    """Wait for news; says whether a newer poll took the place of this one."""
    poll = Poll(place)
    others = [one for one in hub.connected(poll.user_id) if isinstance(one, Poll)]
    waiting = [one for one in others if not one.is_superseded]
    if len(waiting) >= MOST_POLLS:
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
