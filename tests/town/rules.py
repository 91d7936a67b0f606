"""The plain model: who likes, matched, blocked, wrote and was banned, and what follows from it."""

from collections import defaultdict
from typing import Any

from django.utils import timezone

from accounts.models import User
from profiles.ages import birth_date_for
from profiles.tests.factories import SEATTLE, ProfileFactory, place

AGES = (1, 3, 3, 5, 9)
PEOPLE = range(len(AGES))
SCALE = (0, 20)
# Two kilometres from each to the next, so all are within reach.
STEP = 0.02


class Rules:
    """What the town is like, by the rules and not by its tables."""

    client_for: Any = None  # set by the test, which has the fixture

    def move_in(self) -> None:
        """Five dogs nobody has decided on."""
        User.objects.all().delete()
        self.dogs = [
            ProfileFactory(
                birth_date=birth_date_for(age, timezone.localdate()),
                location=place(SEATTLE[0] + number * STEP, SEATTLE[1]),
            )
            for number, age in enumerate(AGES)
        ]
        self.ids = [str(dog.pk) for dog in self.dogs]
        self.clients = [type(self).client_for(dog.user) for dog in self.dogs]
        self.ranges = dict.fromkeys(PEOPLE, SCALE)
        self.units = {who: self.dogs[who].user.preferences.distance_unit for who in PEOPLE}
        self.likes: set = set()
        self.passes: set = set()
        self.unmatches: set = set()  # those passes that ended a match
        self.blocks: set = set()
        self.paused: set = set()
        self.banned: set = set()
        self.limited: set = set()
        self.matches: dict = {}  # the two → the conversation
        self.ended: list = []  # (the two, the conversation) of matches that ended
        self.said: dict = defaultdict(list)  # the conversation → its messages
        self.cleared: dict = defaultdict(int)  # (conversation, side) → up to where
        self.deleted: set = set()  # (conversation, side) that is out of the inbox
        self.read: dict = defaultdict(int)  # (conversation, side) → up to where
        self.photos = [[str(photo.pk) for photo in dog.photos.all()] for dog in self.dogs]
        self.held: set = set()  # of the photos

    def ask(self, who: int, method: str, path: str, body: Any = None, **kwargs: Any) -> Any:
        """One request of somebody."""
        return getattr(self.clients[who], method)(f"/api/v1/{path}", body, **kwargs)

    def did(self, who: int, answer: Any, expected: int) -> bool:
        """Whether it was done; that it was just what the rules say, is asserted."""
        if who in self.banned:
            assert (answer.status_code, answer.json()["code"]) == (403, "account_banned")
            return False
        assert answer.status_code == expected, (answer.status_code, expected, answer.content)
        return answer.status_code < 300

    def wrote(self, who: int, answer: Any, expected: int, *, repeats: bool = False) -> bool:
        """The same of likes and messages, which whoever is limited does not write."""
        if who not in self.limited or who in self.banned:
            return self.did(who, answer, expected)
        assert answer.status_code in (200, 403, 404, 409)
        assert answer.status_code != 200 or repeats
        return False

    def is_apart(self, a: int, b: int) -> bool:
        """Whether one of them blocked the other."""
        return (a, b) in self.blocks or (b, a) in self.blocks

    def is_complete(self, who: int) -> bool:
        """Whether two of the photos show."""
        return len(set(self.photos[who]) - self.held) >= 2

    def can_reach(self, a: int, b: int) -> bool:
        """Whether `a` may see `b`."""
        is_listed = b not in self.paused and self.is_complete(b)
        two = frozenset((a, b))
        is_there = b not in self.banned and not self.is_apart(a, b)
        was_left = (b, a) in self.unmatches
        return is_there and not was_left and (is_listed or two in self.matches)

    def suit(self, a: int, b: int) -> bool:
        """Whether each is of an age that the other looks for."""
        (a_least, a_most), (b_least, b_most) = self.ranges[a], self.ranges[b]
        return a_least <= AGES[b] <= a_most and b_least <= AGES[a] <= b_most

    def deck_of(self, a: int) -> set[str]:
        """Whom `a` is shown."""
        decided = self.likes | self.passes
        return {
            self.ids[b]
            for b in PEOPLE
            if b != a
            and b not in self.paused | self.banned
            and self.is_complete(b)
            and not self.is_apart(a, b)
            and (a, b) not in decided
            and (b, a) not in self.passes
            and self.suit(a, b)
        }

    def end(self, a: int, b: int) -> None:
        """Their match, if there is one, ends."""
        conversation = self.matches.pop(frozenset((a, b)), None)
        if conversation:
            self.ended.append((frozenset((a, b)), conversation))

    def talks(self, two: frozenset) -> list[str]:
        """Every conversation that the two ever had."""
        lasting = [self.matches[two]] if two in self.matches else []
        return lasting + [conversation for pair, conversation in self.ended if pair == two]

    def clear(self, conversation: str, who: int) -> None:
        """It is out of the inbox, and comes back without what was before."""
        if (conversation, who) not in self.deleted:
            self.deleted.add((conversation, who))
            self.cleared[conversation, who] = len(self.said[conversation])

    def seen(self, conversation: str, who: int) -> list[dict]:
        """What somebody sees of it."""
        return self.said[conversation][self.cleared[conversation, who] :]

    def unread(self, conversation: str, who: int) -> int:
        """How much of it they have not read, of what the other wrote and did not take back."""
        start = max(self.cleared[conversation, who], self.read[conversation, who])
        later = self.said[conversation][start:]
        return sum(message["sender"] != who and message["body"] is not None for message in later)
