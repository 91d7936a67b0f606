"""uvicorn's WebSockets with what ASGI has no word for: dropping a client that reads nothing."""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

# How long a client may take to receive what was written, once we are done with it.
GRACE_S = 10.0


class SocketProtocol(WebSocketsSansIOProtocol):
    """Offers the application `hang_up`, and keeps nothing for clients that do not read.

    uvicorn closes a connection once everything is written, which never happens when the other side
    stays connected and takes nothing.
    """

    async def run_asgi(self) -> None:
        """Serve the client, then let go of it."""
        self.scope["extensions"]["hang_up"] = {"now": self.hang_up}
        try:
            await super().run_asgi()
        finally:
            self._give_up_soon()

    def start_keepalive(self) -> None:
        """Watch over an open connection, which needs nothing of the handshake any more."""
        del self.request, self.response
        super().start_keepalive()

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
