"""The words of a notification. They are made when it is sent, and kept nowhere."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from notifications.kinds import Kind
from notifications.news import Item

APP_NAME = "PupMatch"
PREVIEW = 150


class Words(NamedTuple):
    """What a device shows, and what the app opens when it is tapped."""

    title: str
    body: str
    data: dict[str, Any]


NAMES = {
    Kind.NEW_MATCH: ("match", "matches"),
    Kind.NEW_LIKE: ("like", "likes"),
    Kind.NEW_MESSAGE: ("message", "messages"),
}


def words_for(items: Sequence[Item], *, previews: bool) -> Words:
    """One sentence for whatever there is to tell, which is something.

    With `previews` a single message is shown; without, its text is in no part of this.
    """
    first = items[0]
    if not is_one_thing(items):
        return Words(APP_NAME, summary(items), {"kind": "several"})
    data = {"kind": str(first.kind), "profile_id": str(first.profile_id)}
    if first.conversation_id:
        data["conversation_id"] = str(first.conversation_id)
    if previews and len(items) == 1 and first.text:
        return Words(first.name, shortened(first.text), data)
    return Words(APP_NAME, _sentence(items, previews=previews), data)


def is_one_thing(items: Sequence[Item]) -> bool:
    """Whether all is about one conversation, one match or one like."""
    return len({(item.kind, item.subject_id) for item in items}) == 1


def _sentence(items: Sequence[Item], *, previews: bool) -> str:
    first = items[0]
    if first.kind == Kind.NEW_MATCH:
        return f"It's a match with {first.name}!"
    if first.kind == Kind.NEW_LIKE:
        return f"{first.name} likes {first.own_name}"
    if len(items) > 1:
        return f"{len(items)} new messages from {first.name}"
    if previews and first.text is None:
        return f"{first.name} shared a playground"
    return f"New message from {first.name}"


def summary(items: Collection[Item]) -> str:
    """How many of each kind: "2 matches, 1 like and 5 messages"."""
    counts = Counter(item.kind for item in items)
    parts = [
        f"{counts[kind]} {one if counts[kind] == 1 else many}"
        for kind, (one, many) in NAMES.items()
        if counts[kind]
    ]
    return listed(parts)


def listed(parts: Sequence[str]) -> str:
    """Such as "a, b and c"."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def shortened(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= PREVIEW else line[: PREVIEW - 1].rstrip() + "…"
