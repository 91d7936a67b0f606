"""From a client's wish to an open socket, and until it is closed."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from realtime import metrics
from realtime.frames import control
from realtime.handshake import InvalidCursor, Refused, refuse, wish
from realtime.hub import MOST_SOCKETS, Hub
from realtime.services import Entry, SignInEnded, TicketRefused, redeem
from realtime.sockets import SLOWEST_SEND_S, Code, HangUp, Message, Send, Socket
from realtime.threads import DATABASE_TROUBLE

Receive = Callable[[], Awaitable[Message]]


async def connect(hub: Hub, scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Serve one client for as long as it is connected."""
    await receive()
    socket = await _open(hub, scope, send)
    if socket is None:
        return
    # A fifth of what an idle socket would cost: nobody looks at its headers again.
    scope.clear()
    metrics.SOCKETS.inc()
    try:
        # Whatever the cursor: it is listed now, so nothing is missed from here on.
        socket.wake()
        while (message := await receive())["type"] != "websocket.disconnect":
            await socket.receive(message)
        metrics.count_close(message.get("code", 1005))
    finally:
        metrics.SOCKETS.dec()
        socket.is_closed = True
        hub.remove(socket)
        if not hub.is_stopping:
            await hub.company.leave(socket)


async def _open(hub: Hub, scope: dict[str, Any], send: Send) -> Socket | None:
    """The socket of whoever may have one, listed; everybody else learns why not."""
    asked = dict(scope)
    # The server writes the address into its log, and the ticket may still be good.
    scope["query_string"] = b""
    try:
        wanted = wish(asked)
    except Refused as refused:
        await refuse(send, scope, refused)
        return None
    await send({"type": "websocket.accept", "subprotocol": wanted.subprotocol})
    try:
        after = wanted.position()
        entry = await hub.database.run(redeem, wanted.ticket)
    except InvalidCursor:
        code, error = Code.INVALID, "invalid_cursor"
    except TicketRefused:
        code, error = Code.TICKET, "ticket_refused"
    except SignInEnded:
        code, error = Code.SIGNED_OUT, "session_ended"
    except DATABASE_TROUBLE:
        code, error = Code.TRY_AGAIN_LATER, "unavailable"
    else:
        if len(hub.sockets(str(entry.user_id))) < MOST_SOCKETS:
            return _listed(hub, entry, after, scope, send)
        code, error = Code.TRY_AGAIN_LATER, "too_many_sockets"
    metrics.count_close(code)
    await send({"type": "websocket.send", "text": control("error", code=error)})
    await send({"type": "websocket.close", "code": int(code)})
    return None


def _listed(hub: Hub, entry: Entry, after: int | None, scope: dict[str, Any], send: Send) -> Socket:
    # One text for all whose API has the same address.
    entry = entry._replace(base_url=sys.intern(entry.base_url))
    socket = Socket(hub, entry, after=after, send=send, hang_up=_way_to_hang_up(scope, send))
    hub.add(socket, acknowledged=entry.acknowledged)
    if after is not None and after <= entry.end:
        # Whoever goes on from there has everything up to there.
        hub.acknowledge(socket.user_id, after)
    return socket


def _way_to_hang_up(scope: dict[str, Any], send: Send) -> HangUp:
    """How to close without waiting for a client that reads nothing (`realtime.protocol`).

    A server that has no such way is asked to close as ASGI does it, and may wait in vain.
    """
    offered = scope.get("extensions", {}).get("hang_up")
    if offered:
        return offered["now"]

    async def say(code: int) -> None:
        try:
            async with asyncio.timeout(SLOWEST_SEND_S):
                await send({"type": "websocket.close", "code": code})
        except (TimeoutError, OSError, RuntimeError):
            pass

    def hang_up(code: int) -> None:
        _saying.add(task := asyncio.create_task(say(int(code))))
        task.add_done_callback(_saying.discard)

    return hang_up


_saying: set[asyncio.Task[None]] = set()
