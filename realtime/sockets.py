"""One open socket: what it was sent, what it is still to be sent, and what its client says."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from events.reading import CursorAhead
from realtime import metrics
from realtime.feed import Cursor, Page, Told
from realtime.frames import Bucket, Malformed, TooLarge, control, parse
from realtime.services import Entry
from realtime.shapes import Reader

if TYPE_CHECKING:
    from realtime.hub import Hub

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
HangUp = Callable[[int], None]

# A client that takes no frame for so long is not waited for.
SLOWEST_SEND_S = 10.0
# Frames that may wait beside one page of events: answers to pings and errors, typing and presence.
MOST_WAITING = 200
FRAMES_AT_ONCE, FRAMES_A_SECOND = 40, 20
MALFORMED_AT_ONCE, MALFORMED_A_SECOND = 10, 10 / 60


class Code(IntEnum):
    """Why we close a socket."""

    INVALID = 1007
    TOO_LARGE = 1009
    ERROR = 1011
    TRY_AGAIN_LATER = 1013
    TICKET = 4401
    SIGNED_OUT = 4403
    TOO_SLOW = 4408


class Socket:
    """A client that is sent its events in order: position + 1, + 2, … and nothing else.

    It pulls: a page is read once the one before it has been taken, so a slow client costs one page
    of memory at most, and wake-ups may come twice, late or never.
    """

    __slots__ = (
        "_hang_up",
        "_hub",
        "_is_asked",
        "_is_woken",
        "_last_code",
        "_live_after",
        "_malformed",
        "_outgoing",
        "_pace",
        "_send",
        "_sender",
        "is_closed",
        "is_ready",
        "position",
        "reader",
        "session_id",
        "user_id",
    )

    def __init__(
        self, hub: "Hub", entry: Entry, *, after: int | None, send: Send, hang_up: HangUp
    ) -> None:
        self._hub, self._send, self._hang_up = hub, send, hang_up
        self.user_id, self.session_id = str(entry.user_id), str(entry.session_id)
        self.reader = Reader(entry.user_id, entry.base_url)
        self.position = entry.end if after is None else after
        self.is_ready = self.is_closed = False
        self._is_asked = self._is_woken = False
        self._outgoing: list[tuple[str, Told | None]] | None = None
        self._sender: asyncio.Task[None] | None = None
        self._last_code: Code | None = None
        self._live_after = sys.maxsize  # until the past is handed over
        # Most sockets never say anything.
        self._pace: Bucket | None = None
        self._malformed: Bucket | None = None
        if after is None:
            self._greet()

    @property
    def cursor(self) -> Cursor:
        """Where the next page begins."""
        return Cursor(self.reader, self.position)

    # Events ---------------------------------------------------------------------------------------

    def wake(self) -> None:
        """There may be something new: read it, once there is room for it."""
        if self.is_closed or self._hub.is_due(self):
            return
        if self._is_asked or self._sender:
            self._is_woken = True
        else:
            self._is_asked, self._is_woken = True, False
            self._hub.mark_due(self)

    def take(self, page: Page) -> None:
        """Send the page that was read for this socket, then go on with the next one, if any."""
        self._is_asked = False
        if self.is_closed:
            return
        if page.refusal:
            is_ahead = isinstance(page.refusal, CursorAhead)
            code = {"code": page.refusal.default_code} if is_ahead else {}
            self._enqueue(control("reset", position=page.end, **code))
        for told, text in zip(page.events, page.texts, strict=True):
            # Once more its whole content would be as much memory again.
            self._enqueue(text, told.in_short())
        self.position = page.position
        self._is_woken |= page.has_more
        if not self.is_ready and not page.has_more:
            self._greet()
        if self._is_woken and not self._sender:
            self.wake()

    def _greet(self) -> None:
        self.is_ready, self._live_after = True, self.position
        self._enqueue(control("ready", position=self.position))

    def _handed(self, told: Told) -> None:
        metrics.EVENTS.inc()
        if told.position > self._live_after:
            metrics.LAG.observe((timezone.now() - told.at).total_seconds())
        if told.type == "message.created":
            self._hub.company.shown(self, told.data)

    # Sending --------------------------------------------------------------------------------------

    def tell(self, text: str) -> None:
        """Send a frame that nobody misses: typing, presence. It is left out when many wait."""
        if not self.is_closed and len(self._outgoing or ()) < MOST_WAITING:
            self._enqueue(text)

    def answer(self, kind: str, **fields: Any) -> None:
        """Send an answer; whoever asks and does not listen is closed."""
        if len(self._outgoing or ()) >= MOST_WAITING:
            self.close(Code.TOO_SLOW)
        elif not self.is_closed:
            self._enqueue(control(kind, **fields))

    def _enqueue(self, text: str, told: Told | None = None) -> None:
        if self._outgoing is None:
            self._outgoing = []
        self._outgoing.append((text, told))
        if self._sender is None:
            self._sender = asyncio.create_task(self._send_out())

    async def _send_out(self) -> None:
        try:
            while frames := self._outgoing:
                self._outgoing = None
                for text, told in frames:
                    async with asyncio.timeout(SLOWEST_SEND_S):
                        await self._send({"type": "websocket.send", "text": text})
                    if told:
                        self._handed(told)
        except TimeoutError:
            self.close(Code.TOO_SLOW)
        except (OSError, RuntimeError):
            # The client has gone or the server is closing; whoever receives learns of it.
            self.is_closed = True
        finally:
            self._sender = None
        if self._last_code:
            self.close(self._last_code)
        elif self._is_woken:
            self.wake()

    def close(self, code: Code) -> None:
        """Say goodbye without waiting for the client, and send nothing more."""
        if self.is_closed:
            return
        self.is_closed = True
        if self._sender and self._sender is not asyncio.current_task():
            self._sender.cancel()
        self._hang_up(code)

    def finish(self, code: Code) -> None:
        """Close once what waits to be sent has been sent."""
        self._last_code = code
        if self._sender is None:
            self.close(code)

    def sign_out(self) -> None:
        """The sign-in has ended."""
        self.close(Code.SIGNED_OUT)

    # Receiving ------------------------------------------------------------------------------------

    async def receive(self, message: Message) -> None:
        """Do what a frame asks for, or say what is wrong with it."""
        if self.is_closed or self._last_code:
            return
        self._pace = self._pace or Bucket(FRAMES_AT_ONCE)
        if not self._pace.take(size=FRAMES_AT_ONCE, a_second=FRAMES_A_SECOND):
            self.answer("error", code="too_many_frames")
            self.finish(Code.TOO_SLOW)
            return
        try:
            kind, fields = parse(message)
        except TooLarge:
            self.close(Code.TOO_LARGE)
        except Malformed as error:
            self._complain(error.code)
        else:
            await HANDLERS[kind](self, **fields)

    def _complain(self, code: str) -> None:
        metrics.MALFORMED.labels(code).inc()
        self.answer("error", code=code)
        self._malformed = self._malformed or Bucket(MALFORMED_AT_ONCE)
        if not self._malformed.take(size=MALFORMED_AT_ONCE, a_second=MALFORMED_A_SECOND):
            self.finish(Code.INVALID)

    async def _pong(self) -> None:
        self.answer("pong")

    async def _acknowledge(self, position: int) -> None:
        if position > self.position:
            self.answer("error", code="cursor_ahead")
        else:
            self._hub.acknowledge(self.user_id, position)

    async def _typing(self, conversation_id: str) -> None:
        await self._hub.company.typing(self, conversation_id)

    async def _presence(self, conversation_id: str | None) -> None:
        await self._hub.company.look(self, conversation_id)


HANDLERS: dict[str, Callable[..., Awaitable[None]]] = {
    "ping": Socket._pong,
    "ack": Socket._acknowledge,
    "typing": Socket._typing,
    "presence": Socket._presence,
}
