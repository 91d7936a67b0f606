"""Carries out what the demo town's people plan: likes, passes, matches and messages."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from random import Random

from demo.society import Fondness, Meeting, Refusal
from matching import services as matching
from matching.models import Like, Match, Pass
from messaging import services as messaging
from messaging.models import Conversation, Message, Participant
from playgrounds.models import Playground
from profiles.models import Profile

BATCH = 500


class Chronicle:
    """Writes the town's past. What the services stamp with now is put back to when it was."""

    def __init__(
        self,
        seed: object,
        now: datetime,
        profiles: dict[int, Profile],
        playgrounds: list[Playground],
    ) -> None:
        self.rng = Random(f"{seed}/chronicle")
        self.now = now
        self.profiles = profiles
        self.playgrounds = playgrounds

    def record_passes(self, refusals: Iterable[Refusal]) -> None:
        """Write all passes."""
        rows = [
            Pass(
                passer=self.profiles[refusal.passer.number],
                passed=self.profiles[refusal.passed.number],
                created_at=self.now - refusal.ago,
            )
            for refusal in refusals
        ]
        Pass.objects.bulk_create(rows, batch_size=BATCH)

    def record_likes(self, likes: Iterable[Fondness]) -> None:
        """Write the first like of every pair."""
        rows = [
            Like(
                liker=self.profiles[like.liker.number],
                liked=self.profiles[like.liked.number],
                comment=like.comment,
                created_at=self.now - like.ago,
            )
            for like in likes
        ]
        Like.objects.bulk_create(rows, batch_size=BATCH)

    def meet(self, like: Fondness, meeting: Meeting) -> None:
        """Let the liked one like back, which makes the match, and the two write to each other."""
        a, b = self.profiles[like.liker.number], self.profiles[like.liked.number]
        matching.like(liker=b, liked=a)
        match = Match.objects.active().between(a, b).get()
        met_at = self.now - meeting.ago
        Like.objects.filter(liker=b, liked=a).update(created_at=met_at)
        Match.objects.filter(pk=match.pk).update(created_at=met_at)
        Conversation.objects.filter(pk=match.conversation_id).update(created_at=met_at)
        sides = Participant.objects.filter(conversation=match.conversation_id)
        self._talk(meeting, sides.get(profile=a), sides.get(profile=b))
        latest = meeting.sent_ago[-1] if meeting.sent_ago else meeting.ago
        sides.update(updated_at=self.now - latest)

    def _talk(self, meeting: Meeting, a: Participant, b: Participant) -> None:
        written = []
        for line, ago in zip(meeting.lines, meeting.sent_ago, strict=True):
            message = self._send(a if line.by_first else b, line.text, meeting.place)
            message.created_at = self.now - ago
            written.append(message)
        Message.objects.bulk_update(written, ["created_at"])
        for side in (a, b):
            self._read(side, written, to_the_end=meeting.is_read)

    def _send(self, sender: Participant, text: str | None, place: int) -> Message:
        content = {"body": text} if text else {"playground_id": self.playgrounds[place].pk}
        client_id = uuid.UUID(int=self.rng.getrandbits(128), version=4)
        message, _ = messaging.send(participant=sender, client_id=client_id, **content)
        return message

    def _read(self, side: Participant, written: list[Message], *, to_the_end: bool) -> None:
        """Whoever wrote had read what came before; the rest is read or waits."""
        own = [message.position for message in written if message.sender_id == side.profile_id]
        position = len(written) if to_the_end else max(own, default=0)
        if position:
            messaging.mark_read(participant=side, position=position)
