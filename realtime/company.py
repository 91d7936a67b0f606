"""Who is writing, and who is looking at a conversation: told at once or never, stored nowhere."""

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from events import wakeups
from messaging.models import Participant
from realtime.feed import encode
from realtime.sockets import Socket
from realtime.threads import DATABASE_TROUBLE

if TYPE_CHECKING:
    from realtime.hub import Hub

logger = logging.getLogger(__name__)

# A client that looks says so again within this time.
LOOKS_FOR_S = 60.0
# How long it is taken for granted that two people may still see each other.
TRUSTED_S = 1.5
TYPES_EVERY_S = 1.0
MOST_ANSWERS = 1000


class Look(NamedTuple):
    """The conversation that a socket's person looks at, until when."""

    conversation_id: str
    until: float


class Company:
    """The people here, as far as those they are matched with may know of them."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._looks: dict[Socket, Look] = {}
        # By person and conversation: whom they may tell, until when that is trusted.
        self._others: dict[tuple[str, str], tuple[str | None, float]] = {}
        self._typed: dict[tuple[str, str], float] = {}
        self._answering: set[asyncio.Task[None]] = set()

    async def typing(self, socket: Socket, conversation_id: str) -> None:
        """Tell the other side that this person is writing, once a second at most."""
        key, now = (socket.user_id, conversation_id), asyncio.get_running_loop().time()
        if self._typed.get(key, 0) > now - TYPES_EVERY_S:
            return
        self._typed[key] = now
        await self._tell_other(socket.user_id, conversation_id, "typing")

    async def look(self, socket: Socket, conversation_id: str | None) -> None:
        """A person now looks at a conversation, or at none."""
        before = self._looks.get(socket)
        if before and before.conversation_id != conversation_id:
            await self.leave(socket)
        if conversation_id:
            until = asyncio.get_running_loop().time() + LOOKS_FOR_S
            self._looks[socket] = Look(conversation_id, until)
            await self._tell_other(socket.user_id, conversation_id, "presence", is_here=True)

    async def leave(self, socket: Socket) -> None:
        """A socket's person looks at nothing any more."""
        before = self._looks.pop(socket, None)
        if before and not self._is_looking(socket.user_id, before.conversation_id):
            await self._tell_other(
                socket.user_id, before.conversation_id, "presence", is_here=False
            )

    async def expire(self) -> None:
        """Forget whoever did not say for a while that they still look."""
        now = asyncio.get_running_loop().time()
        for socket, look in list(self._looks.items()):
            # Looked up again: telling takes a while, and they may have said so meanwhile.
            if look.until < now and self._looks.get(socket) is look:
                await self.leave(socket)
        self._others = {key: known for key, known in self._others.items() if known[1] > now}
        self._typed = {key: at for key, at in self._typed.items() if at > now - TYPES_EVERY_S}

    def shown(self, socket: Socket, message: dict[str, Any]) -> None:
        """A message was sent to this socket; if its person is looking, they have seen it."""
        look = self._looks.get(socket)
        if look and look.conversation_id == message["conversation_id"]:
            self._hub.errands.mark_shown(socket.user_id, look.conversation_id, message["position"])

    def _is_looking(self, user_id: str, conversation_id: str) -> bool:
        looks = (self._looks.get(socket) for socket in self._hub.sockets(user_id))
        return any(look and look.conversation_id == conversation_id for look in looks)

    # Between people, wherever they are connected --------------------------------------------------

    async def _tell_other(
        self, user_id: str, conversation_id: str, kind: str, **fields: Any
    ) -> None:
        frame = {"type": kind, "conversation_id": conversation_id, **fields}
        with suppress(*DATABASE_TROUBLE):
            other = await self._other(user_id, conversation_id)
            if other:
                word = {"to": other, "frame": frame, "sender": user_id}
                await self._hub.database.run(wakeups.send, word)

    async def _other(self, user_id: str, conversation_id: str) -> str | None:
        now = asyncio.get_running_loop().time()
        known = self._others.get((user_id, conversation_id))
        if known is None or known[1] < now:
            other = await self._hub.database.run(
                other_side, user_id=UUID(user_id), conversation_id=UUID(conversation_id)
            )
            known = self._others[user_id, conversation_id] = (
                str(other) if other else None,
                now + TRUSTED_S,
            )
        return known[0]

    def pass_on(self, to: str, frame: dict[str, Any], sender: str | None = None) -> None:
        """Bring somebody here what another person's socket, anywhere, has to tell them."""
        text = encode(frame)
        for socket in self._hub.sockets(to):
            socket.tell(text)
        # Who comes in learns that the other is there already.
        if sender and frame.get("is_here") and self._is_looking(to, frame["conversation_id"]):
            self._answer({"to": sender, "frame": frame})

    def _answer(self, word: dict[str, Any]) -> None:
        if len(self._answering) < MOST_ANSWERS:
            task = asyncio.create_task(self._hub.database.run(wakeups.send, word))
            self._answering.add(task)
            task.add_done_callback(self._answered)

    def _answered(self, task: asyncio.Task[None]) -> None:
        self._answering.discard(task)
        if not task.cancelled() and task.exception():
            logger.warning("a word about presence got lost", exc_info=task.exception())


def other_side(*, user_id: UUID, conversation_id: UUID) -> UUID | None:
    """Whom this person may tell that they are there: the one that they are matched with.

    Nobody, if either of the two wants neither to be seen nor to see.
    """
    return (
        Participant.objects.filter(
            profile__user=user_id,
            conversation=conversation_id,
            conversation__closed_at=None,
            conversation__match__ended_at=None,
            other__user__is_active=True,
        )
        .exclude(profile__user__preferences__presence=False)
        .exclude(other__user__preferences__presence=False)
        .exclude(other__user__blocks_made__blocked=user_id)
        .exclude(other__user__blocks_received__blocker=user_id)
        .values_list("other__user_id", flat=True)
        .first()
    )
