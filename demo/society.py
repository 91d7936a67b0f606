"""Plans who likes whom in the demo town, who passes on whom, and what those who met will write."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from demo import writing
from demo.dogs import Dog
from demo.town import Town
from demo.writing import Line

OLDEST_LIKE = timedelta(days=40)
# The share of likes in the crowd that are returned, and of matches in which somebody writes.
MUTUAL = 0.35
TALKATIVE = 0.85
# The share of conversations that both have read to the end.
SEEN = 0.6


@dataclass(frozen=True)
class Meeting:
    """How long ago a like was returned, and what the two have written to each other since.

    `place` is the number of the playground that they speak of, and `is_read` says whether both have
    seen the last lines.
    """

    ago: timedelta
    lines: list[Line]
    sent_ago: list[timedelta]
    place: int
    is_read: bool


@dataclass(frozen=True)
class Fondness:
    """That one dog's owner likes another, how long ago, and the meeting if it was returned."""

    liker: Dog
    liked: Dog
    ago: timedelta
    comment: str
    meeting: Meeting | None = None


@dataclass(frozen=True)
class Refusal:
    """That one dog's owner passed on another, and how long ago."""

    passer: Dog
    passed: Dog
    ago: timedelta


class Society:
    """The town's likes and passes. Most are drawn; the first two dogs are looked after."""

    def __init__(self, seed: object, dogs: list[Dog], town: Town, today: date) -> None:
        self.rng = Random(f"{seed}/society")
        self.stars, self.crowd = dogs[:2], dogs[2:]
        self.town = town
        self.today = today
        # A pair decides about each other once, in one way.
        self.decided: set[frozenset[int]] = set()

    def likes(self) -> list[Fondness]:
        """All likes, the oldest first."""
        first, second = self.stars
        found = [self._acquaintance(second, first)]
        found += self._around(first, received=14, matched=6, sent=4)
        found += self._around(second, received=8, matched=4, sent=3)
        for dog in self.crowd:
            for other in self._suited(dog, self.rng.randint(1, 6)):
                mutual = self.rng.random() < MUTUAL
                found.append(self._match(dog, other) if mutual else self._like(dog, other))
        return sorted(found, key=lambda fondness: fondness.ago, reverse=True)

    def passes(self) -> list[Refusal]:
        """All passes, the oldest first; to be asked for after the likes."""
        found = [
            Refusal(dog, other, self._ago())
            for dog in [*self.stars, *self.crowd]
            for other in self._suited(dog, self.rng.randint(0, 4), agreeing=False)
        ]
        return sorted(found, key=lambda refusal: refusal.ago, reverse=True)

    def _around(self, star: Dog, *, received: int, matched: int, sent: int) -> Iterator[Fondness]:
        """Likes and matches of a dog whose owner's sign-in is known: plenty, and room for more."""
        roles = ["received"] * received + ["matched"] * matched + ["sent"] * sent
        self.rng.shuffle(roles)
        friends = self._suited(star, min(len(roles), len(self.crowd) // 3 + 1))
        for role, friend in zip(roles, friends, strict=False):
            if role == "matched":
                yield self._match(friend, star)
            elif role == "sent":
                yield self._like(star, friend)
            else:
                yield self._like(friend, star)

    def _suited(self, dog: Dog, most: int, *, agreeing: bool = True) -> list[Dog]:
        """Some of the crowd who are near, undecided and, if asked, of an age both look for."""
        some = self.rng.sample(self.crowd, min(len(self.crowd), 12 + 4 * most))
        some.sort(key=lambda other: _apart(dog, other))
        fit = [
            other
            for other in some
            if other is not dog
            and _pair(dog, other) not in self.decided
            and (not agreeing or (self._wants(dog, other) and self._wants(other, dog)))
        ]
        chosen = fit[:most]
        self.decided |= {_pair(dog, other) for other in chosen}
        return chosen

    def _wants(self, dog: Dog, other: Dog) -> bool:
        years = (self.today - other.birth_date).days // 365
        return dog.preferences["min_age"] <= years <= dog.preferences["max_age"]

    def _ago(self) -> timedelta:
        return timedelta(seconds=self.rng.uniform(3 * 3600, OLDEST_LIKE.total_seconds()))

    def _like(self, liker: Dog, liked: Dog) -> Fondness:
        comment = writing.comment(self.rng, mine=liker.name, theirs=liked.name)
        return Fondness(liker, liked, self._ago(), comment)

    def _match(self, liker: Dog, liked: Dog) -> Fondness:
        like = self._like(liker, liked)
        # Returned within a day or so, and never in the last hour.
        wait = timedelta(seconds=self.rng.expovariate(1 / 86400))
        ago = max(like.ago - wait, like.ago / 4)
        place, names = self._meeting_place(liker, liked)
        lines: list[Line] = []
        if self.rng.random() < TALKATIVE:
            lines = writing.conversation(self.rng, **names)
        sent_ago = list(self._pauses(ago, len(lines)))
        is_read = self.rng.random() < SEEN
        return replace(like, meeting=Meeting(ago, lines, sent_ago, place, is_read))

    def _acquaintance(self, liker: Dog, liked: Dog) -> Fondness:
        """A match of last week with a long conversation, whose end is new."""
        self.decided.add(_pair(liker, liked))
        place, names = self._meeting_place(liker, liked)
        lines = writing.acquainted(**names)
        ago = timedelta(days=6)
        sent_ago = [ago * (1 - i / (len(lines) + 0.2)) for i in range(1, len(lines) + 1)]
        like = replace(self._like(liker, liked), ago=ago + timedelta(hours=7))
        return replace(like, meeting=Meeting(ago, lines, sent_ago, place, is_read=False))

    def _meeting_place(self, liker: Dog, liked: Dog) -> tuple[int, dict[str, str]]:
        place = self.rng.randrange(len(self.town.spots))
        names = {"a": liker.name, "b": liked.name, "place": self.town.spots[place].name}
        return place, names

    def _pauses(self, since: timedelta, count: int) -> Iterator[timedelta]:
        """When each of `count` messages was sent, in quick bursts with longer pauses."""
        left = since
        for _ in range(count):
            pause = self.rng.expovariate(1 / 300 if self.rng.random() < 0.7 else 1 / 20000)
            left -= min(timedelta(seconds=20 + pause), left / 3)
            yield left


def _pair(a: Dog, b: Dog) -> frozenset[int]:
    return frozenset((a.number, b.number))


def _apart(a: Dog, b: Dog) -> float:
    return (a.home[0] - b.home[0]) ** 2 + ((a.home[1] - b.home[1]) / 1.5) ** 2
