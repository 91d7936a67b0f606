"""The realtime process as an ASGI application: the socket, the long poll, and how it is doing."""

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable
from typing import Any

from realtime import polls
from realtime.connecting import connect
from realtime.http import django_request, respond, send_response
from realtime.hub import Hub
from realtime.sockets import Message, Send

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]


class Process:
    """Answers what the server hands on."""

    hub: Hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await connect(self.hub, scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, send)
        else:
            await self._live(receive, send)

    async def _http(self, scope: Scope, send: Send) -> None:
        if scope["path"] == "/api/v1/events":
            await polls.serve(self.hub, scope, send)
            return
        if scope["path"] == "/health/live":
            # Here and now: this says that the loop turns.
            response = respond(django_request(scope))
        else:
            response = await self.hub.database.run(respond, django_request(scope))
        await send_response(send, response, is_head=scope["method"] == "HEAD")

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        # What is loaded by now stays: collecting garbage need not look at it any more.
        gc.collect()
        gc.freeze()
        self.hub = Hub()
        self.hub.start()
        _on_the_first_signal(self.hub.begin_to_stop)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.hub.stop()
        await send({"type": "lifespan.shutdown.complete"})


def _on_the_first_signal(tell: Callable[[], None]) -> None:
    """Be told to end as soon as the server is: it tells us only after everybody was answered."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        servers = signal.getsignal(number)

        def handle(number: int, frame: Any, servers: Any = servers) -> None:
            loop.call_soon_threadsafe(tell)
            if callable(servers):
                servers(number, frame)

        signal.signal(number, handle)
