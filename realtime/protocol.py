"""uvicorn with what ASGI has no word for: dropping whoever floods, or takes nothing of what is sent."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.protocol import State

from realtime.frames import Bucket, control

# How long an answer in HTTP may take to be received, the whole of it.
SLOWEST_ANSWER_S = 30.0
# How long a socket's client may take to receive what was written, once we are done with it.
GRACE_S = 10.0
# Parsed at once. A read may hold forty thousand frames, and nobody else is served meanwhile.
SLICE = 4096
# Frames of every kind, well above what the application allows of those that it sees.
FRAMES_AT_ONCE, FRAMES_A_SECOND = 200, 40
# Of one message; empty ones add nothing to its size, so that no limit of that ends them.
MOST_FRAGMENTS = 64
# How long who sent too much may take to learn it.
CUT_AFTER_S = 1.0
# As `realtime.sockets` has it, which cannot be imported before Django is set up.
TOO_MUCH = 4408


class AnswerProtocol(HttpToolsProtocol):
    """HTTP in which sending waits until what was sent is taken, and no longer than SLOWEST_ANSWER_S.

    uvicorn lets an answer lie in memory for as long as the other side stays connected.
    """

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Take whatever the other side has no room for as a reason to wait."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)

    def pause_writing(self) -> None:
        """Something waits to be taken."""
        super().pause_writing()
        self._deadline = self.loop.call_later(SLOWEST_ANSWER_S, self.transport.abort)

    def resume_writing(self) -> None:
        """Everything is taken."""
        self._forget_deadline()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing will be taken any more."""
        self._forget_deadline()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        """Leave the connection to the socket's protocol, which bounds each frame by itself."""
        self.transport.set_write_buffer_limits()
        super().handle_websocket_upgrade()

    def _forget_deadline(self) -> None:
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None


class SocketProtocol(WebSocketsSansIOProtocol):
    """Offers the application `hang_up`, and bounds what a client costs that it never hears of.

    uvicorn closes a connection once everything is written, which never happens when the other side
    stays connected and takes nothing. It also parses and answers pings as fast as they come, from
    anybody, with or without a ticket, and goes on doing so after a close frame of ours.
    """

    _allowance: Bucket | None = None
    _is_cut = False

    async def run_asgi(self) -> None:
        """Serve the client, then let go of it."""
        self.scope["extensions"]["hang_up"] = {"now": self.hang_up}
        try:
            await super().run_asgi()
        finally:
            self._give_up_soon()

    async def send(self, message: Any) -> None:
        """Send; an answer in HTTP completes the handshake, too, which uvicorn takes for a fault."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body":
            self.handshake_complete = True

    def start_keepalive(self) -> None:
        """Watch over an open connection, which needs nothing of the handshake any more."""
        del self.request, self.response
        super().start_keepalive()

    def data_received(self, data: bytes) -> None:
        """Parse in small steps, so that what turns out to be a flood is cut at its beginning."""
        for start in range(0, len(data), SLICE):
            if self._is_cut or self.transport.is_closing():
                return
            super().data_received(data[start : start + SLICE])

    def handle_events(self) -> None:
        """Let frames of every kind count, also those that the application never sees."""
        if self.handshake_initiated and not self._may_send(len(self.conn.events)):
            self._cut()
        else:
            super().handle_events()

    def _may_send(self, count: int) -> bool:
        self._allowance = self._allowance or Bucket(FRAMES_AT_ONCE)
        # After our goodbye only the answer to it matters, and what was under way.
        a_second = 0 if self.close_sent else FRAMES_A_SECOND
        return self._allowance.take(size=FRAMES_AT_ONCE, a_second=a_second, count=count)

    def _cut(self) -> None:
        """Say why, unless goodbye was said before, and read nothing more."""
        self.conn.data_to_send()  # answers to the flood
        if self.conn.state is State.OPEN:
            self.conn.send_text(control("error", code="too_many_frames").encode())
            self.hang_up(TOO_MUCH)
        self._is_cut, self.read_paused = True, False
        self.transport.pause_reading()
        # Not at once: what arrives at a closed connection makes the client lose our reason.
        self.loop.call_later(CUT_AFTER_S, self.transport.abort)

    def handle_cont(self, event: Frame) -> None:
        """Go on with a message, unless it has no end."""
        if len(self.frames) < MOST_FRAGMENTS:
            super().handle_cont(event)
        elif not self._is_cut:
            self._cut()

    def handle_ping(self) -> None:
        """Answer, unless the answers pile up because nobody reads them."""
        if self.writable.is_set() and not self._is_cut:
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def hang_up(self, code: int) -> None:
        """Write a close frame behind what is written already, and end the application's turn."""
        if self.close_sent or self.transport.is_closing():
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code})
        self.conn.send_close(code)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            # To see the other side's answer.
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(GRACE_S, self.transport.abort)

    def keepalive_timeout(self) -> None:
        """No pong came."""
        super().keepalive_timeout()
        self._give_up_soon()

    def _give_up_soon(self) -> None:
        self.loop.call_later(GRACE_S, self.transport.abort)
