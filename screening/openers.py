"""First messages to many people: how many there are, and whether they are all the same one.

What is kept of each for a day is whom it was for and which of its pairs of words are in it, as short
hashes under a key (min-wise hashing: A. Broder, "On the resemblance and containment of documents",
1997). The words cannot be read from that.
"""

import re
from datetime import timedelta
from functools import cache
from hashlib import blake2b, sha256
from itertools import pairwise
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from screening.folding import folded
from screening.models import Opener

# To so many different people; whoever has that many matches, and writes to all of them at once.
MOST_AN_HOUR, MOST_A_DAY = 20, 60
# Nearly the same to so many within a day.
MOST_ALIKE = 8
ALIKE = 0.5
# Short greetings resemble each other; long texts do so from the beginning.
LEAST_WORDS, MOST_WORDS = 8, 200
BINS = 64
WORD = re.compile(r"\w+")
LOOKED_AT = 500


def note(*, user_id: UUID, conversation_id: UUID, body: str | None) -> None:
    """Keep for a day that somebody wrote to somebody who has not answered."""
    sketch = sketched(body or "")
    Opener.objects.create(user_id=user_id, conversation_id=conversation_id, sketch=sketch)


def conspicuous(*, user_id: UUID) -> dict[str, str]:
    """What is remarkable about somebody's openers up to the last one, by kind of finding."""
    now = timezone.now()
    recent = list(
        Opener.objects.filter(user=user_id, created_at__gt=now - Opener.KEPT)
        .order_by("-created_at")
        .values_list("conversation_id", "sketch", "created_at")[:LOOKED_AT]
    )
    an_hour_ago = now - timedelta(hours=1)
    of_day = {conversation_id for conversation_id, _, _ in recent}
    of_hour = {conversation_id for conversation_id, _, at in recent if at > an_hour_ago}
    found = {}
    if len(of_hour) > MOST_AN_HOUR:
        found["many_openers"] = f"to {len(of_hour)} people within an hour"
    elif len(of_day) > MOST_A_DAY:
        found["many_openers"] = f"to {len(of_day)} people within a day"
    last = recent[0][1] if recent else None
    alike = {talk for talk, sketch, _ in recent if last and likeness(last, sketch) >= ALIKE}
    if len(alike) > MOST_ALIKE:
        found["similar_openers"] = f"to {len(alike)} people within a day"
    return found


def sketched(text: str) -> bytes | None:
    """What is kept of a text to know similar ones again; None for a short one."""
    words = WORD.findall(folded(text))[:MOST_WORDS]
    if len(words) < LEAST_WORDS:
        return None
    least: dict[int, int] = {}
    for pair in pairwise(words):
        digest = blake2b(" ".join(pair).encode(), digest_size=8, key=_key(settings.SECRET_KEY))
        value, place = divmod(int.from_bytes(digest.digest()), BINS)
        least[place] = min(value, least.get(place, value))
    # A byte for each of the least, and 0 where there is none.
    return bytes(least[place] % 255 + 1 if place in least else 0 for place in range(BINS))


def likeness(one: bytes | memoryview, other: bytes | memoryview | None) -> float:
    """How many of the pairs of words of two texts are common to both: from 0 to 1, about."""
    if not other:
        return 0
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a or b]
    return sum(a == b for a, b in pairs) / len(pairs)


def forget_old() -> int:
    """Remove what is kept of openers after a day. Says how many."""
    return Opener.objects.filter(created_at__lte=timezone.now() - Opener.KEPT).delete()[0]


@cache
def _key(secret: str) -> bytes:
    return sha256(f"openers:{secret}".encode()).digest()
