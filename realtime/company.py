"""Who is writing, and who is looking at a conversation: told at once or never, stored nowhere."""

import asyncio
import logging
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from events import wakeups
from messaging.models import Participant
from realtime.feed import encode
from realtime.frames import Bucket
from realtime.sockets import Socket
from realtime.threads import DATABASE_TROUBLE

if TYPE_CHECKING:
    from realtime.hub import Hub

logger = logging.getLogger(__name__)

# A client that looks says so again within this time.
LOOKS_FOR_S = 60.0
# How long it is taken for granted that two people may still see each other, or may not.
TRUSTED_S, REFUSED_S = 1.5, 10.0
MOST_KNOWN = 10_000
# How often one side of a conversation hears of the other's typing or presence, at most.
TOLD_EVERY_S = 1.0
# How long what was said of somebody who is still there is not said again.
RENEWED_EVERY_S = 5.0
# About how many conversations somebody may ask us to look up, on all their sockets together.
LOOKUPS_AT_ONCE, LOOKUPS_A_SECOND = 20, 2
MOST_AT_ONCE = 256
MOST_ANSWERS = 1000


class TooManyLookups(Exception):
    """Somebody asks about one conversation after the other."""


NOT_NOW = (*DATABASE_TROUBLE, TooManyLookups)

# A person and a conversation.
Key = tuple[str, str]


class Look(NamedTuple):
    """The conversation that a socket's person looks at, until when."""

    conversation_id: str
    until: float


class Shown(NamedTuple):
    """Who believes that a person is here, and when somebody was last told of that person."""

    to: str | None
    at: float


NEVER = Shown(None, float("-inf"))


class Company:
    """The people here, as far as those they are matched with may know of them."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._looks: dict[Socket, Look] = {}
        # Whom they may tell, until when that is trusted.
        self._others: dict[Key, tuple[str | None, float]] = {}
        self._lookups: dict[str, Bucket] = {}
        self._typed: dict[Key, float] = {}
        self._shown: dict[Key, Shown] = {}
        # Whose presence may have changed, in order; a person who toggles is here once.
        self._due: dict[Key, None] = {}
        self._answering: set[asyncio.Task[None]] = set()

    async def typing(self, socket: Socket, conversation_id: str) -> None:
        """Tell the other side that this person is writing, once a second at most."""
        key, now = (socket.user_id, conversation_id), asyncio.get_running_loop().time()
        if self._typed.get(key, 0) > now - TOLD_EVERY_S:
            return
        self._typed[key] = now
        with suppress(*NOT_NOW):
            if other := await self._other(key):
                await self._tell(other, key, "typing")

    async def look(self, socket: Socket, conversation_id: str | None) -> None:
        """A person now looks at a conversation, or at none."""
        before = self._looks.get(socket)
        if before and before.conversation_id != conversation_id:
            await self.leave(socket)
        if conversation_id:
            until = asyncio.get_running_loop().time() + LOOKS_FOR_S
            self._looks[socket] = Look(conversation_id, until)
            self._due[socket.user_id, conversation_id] = None

    async def leave(self, socket: Socket) -> None:
        """A socket's person looks at nothing any more."""
        if before := self._looks.pop(socket, None):
            key = (socket.user_id, before.conversation_id)
            if key in self._shown or self._is_looking(*key):
                self._due[key] = None
            else:
                # Nobody has heard of it.
                self._due.pop(key, None)

    async def expire(self) -> None:
        """Forget whoever did not say for a while that they still look."""
        now = asyncio.get_running_loop().time()
        for socket, look in list(self._looks.items()):
            # Looked up again: telling takes a while, and they may have said so meanwhile.
            if look.until < now and self._looks.get(socket) is look:
                await self.leave(socket)
        self._others = {key: known for key, known in self._others.items() if known[1] > now}
        self._lookups = {
            user_id: bucket
            for user_id, bucket in self._lookups.items()
            if not bucket.is_full(size=LOOKUPS_AT_ONCE, a_second=LOOKUPS_A_SECOND)
        }
        self._typed = {key: at for key, at in self._typed.items() if at > now - TOLD_EVERY_S}
        self._shown = {
            key: shown
            for key, shown in self._shown.items()
            if shown.to or shown.at > now - TOLD_EVERY_S
        }

    def shown(self, socket: Socket, message: dict[str, Any]) -> None:
        """A message was sent to this socket; if its person is looking, they have seen it."""
        look = self._looks.get(socket)
        if look and look.conversation_id == message["conversation_id"]:
            self._hub.errands.mark_shown(socket.user_id, look.conversation_id, message["position"])

    def _is_looking(self, user_id: str, conversation_id: str) -> bool:
        looks = (self._looks.get(socket) for socket in self._hub.sockets(user_id))
        return any(look and look.conversation_id == conversation_id for look in looks)

    # Between people, wherever they are connected --------------------------------------------------

    async def tell_presence(self) -> None:
        """One round: tell of whoever came or went, each once a second at most.

        The state counts, not what led to it: however often somebody toggles, the last is told.
        """
        latest = asyncio.get_running_loop().time() - TOLD_EVERY_S
        may_be_told = (key for key in self._due if self._shown.get(key, NEVER).at <= latest)
        batch = list(islice(may_be_told, MOST_AT_ONCE))
        for key in batch:
            del self._due[key]
        await asyncio.gather(*(self._tell_of(key) for key in batch))

    async def _tell_of(self, key: Key) -> None:
        believer, at = self._shown.get(key, NEVER)
        now, is_here = asyncio.get_running_loop().time(), self._is_looking(*key)
        if is_here and believer and at > now - RENEWED_EVERY_S:
            return
        try:
            other = await self._other(key) if is_here else None
            if believer and believer != other:
                # Whether or not they may still see each other: nobody is left waiting.
                await self._tell(believer, key, "presence", is_here=False)
            if other:
                await self._tell(other, key, "presence", is_here=True)
        except NOT_NOW:
            self._due[key] = None
            return
        if believer or other:
            self._shown[key] = Shown(other, now)
        if other and not self._is_looking(*key):
            # They left meanwhile.
            self._due[key] = None

    async def _tell(self, to: str, key: Key, kind: str, **fields: Any) -> None:
        frame = {"type": kind, "conversation_id": key[1], **fields}
        await self._hub.database.run(wakeups.send, {"to": to, "frame": frame, "sender": key[0]})

    async def _other(self, key: Key) -> str | None:
        now = asyncio.get_running_loop().time()
        known = self._others.get(key)
        if known is None or known[1] < now:
            if not self._may_look_up(key[0]):
                raise TooManyLookups
            other = await self._hub.database.run(
                other_side, user_id=UUID(key[0]), conversation_id=UUID(key[1])
            )
            known = (str(other), now + TRUSTED_S) if other else (None, now + REFUSED_S)
            self._others[key] = known
            if len(self._others) > MOST_KNOWN:
                del self._others[next(iter(self._others))]
        return known[0]

    def _may_look_up(self, user_id: str) -> bool:
        """Not so if they name one conversation after the other, as no telephone does."""
        bucket = self._lookups.setdefault(user_id, Bucket(LOOKUPS_AT_ONCE))
        return bucket.take(size=LOOKUPS_AT_ONCE, a_second=LOOKUPS_A_SECOND)

    def pass_on(self, to: str, frame: dict[str, Any], sender: str | None = None) -> None:
        """Bring somebody here what another person's socket, anywhere, has to tell them."""
        text = encode(frame)
        for socket in self._hub.sockets(to):
            socket.tell(text)
        # Who comes in learns that the other is there already.
        key = (to, frame["conversation_id"])
        if sender and frame.get("is_here") and self._is_looking(*key):
            self._shown[key] = Shown(sender, asyncio.get_running_loop().time())
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
