"""What there is to tell: the events of a stretch of a stream, without what is over or known already.

Asked twice: before a notification is made, and again when it is sent, because a message may be read
or unsent in between. For any number of people and of events it costs the same few queries.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import reduce
from operator import or_
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Greatest, Left

from accounts.models import Block
from events.models import Event
from matching.models import Like, Match, Pass
from messaging.models import Message
from notifications.kinds import KIND_OF_EVENT, Kind
from profiles.models import Profile

# Of a message, this much is looked at for a preview.
BEGINNING = 400


class Scope(NamedTuple):
    """A stretch of a person's stream, both ends included."""

    user_id: UUID
    first: int
    last: int


class Item(NamedTuple):
    """One thing to tell somebody.

    `subject_id` is the conversation, match or like; `text` the beginning of a message's text, or
    None where somebody shared a playground.
    """

    kind: Kind
    subject_id: UUID
    profile_id: UUID
    name: str
    own_name: str
    conversation_id: UUID | None = None
    text: str | None = None


def news_of(scopes: Collection[Scope]) -> dict[Scope, list[Item]]:
    """What there is to tell in each of these stretches, in the order in which it happened."""
    events = list(_events(scopes))
    wanted: dict[Kind, set[UUID]] = defaultdict(set)
    for event in events:
        wanted[event.kind].add(event.row_id)
    by_user: dict[UUID, list[Scope]] = defaultdict(list)
    for scope in scopes:
        by_user[scope.user_id].append(scope)
    items: dict[tuple[UUID, UUID], Item] = {}
    for kind, row_ids in wanted.items():
        items.update(FINDERS[kind](set(by_user), row_ids))
    # By row: a like that was hidden for a while is told of twice in one stretch.
    found: dict[Scope, dict[UUID, Item]] = {scope: {} for scope in scopes}
    for event in events:
        item = items.get((event.user_id, event.row_id))
        if item is not None:
            for scope in by_user[event.user_id]:
                if scope.first <= event.position <= scope.last:
                    found[scope][event.row_id] = item
    return {scope: list(rows.values()) for scope, rows in found.items()}


class _Happened(NamedTuple):
    user_id: UUID
    position: int
    kind: Kind
    row_id: UUID


def _events(scopes: Collection[Scope]) -> Iterator[_Happened]:
    stretches = [
        Q(stream=scope.user_id, position__gte=scope.first, position__lte=scope.last)
        for scope in scopes
    ]
    rows = Event.objects.filter(reduce(or_, stretches), type__in=KIND_OF_EVENT)
    for user_id, position, type_, row_id in rows.order_by("position").values_list(
        "stream_id", "position", "type", "data__id"
    ):
        yield _Happened(user_id, position, KIND_OF_EVENT[type_], UUID(row_id))


Found = Iterable[tuple[tuple[UUID, UUID], Item]]


def _messages(user_ids: set[UUID], ids: set[UUID]) -> Found:
    """Those of others that say something new to the reader, and whose conversation goes on."""
    side = "conversation__participants"  # the one that did not write it: its other one did
    seen = ("read_position", "shown_position", "cleared_position")
    rows = (
        Message.objects.filter(
            Q(**{f"{side}__other": F("sender"), f"{side}__deleted_at": None}),
            Q(**{f"{side}__profile__user__in": user_ids}),
            Q(position__gt=Greatest(*(F(f"{side}__{name}") for name in seen))),
            pk__in=ids,
            deleted_at=None,
            held_at=None,
            conversation__closed_at=None,
            sender__user__is_active=True,
        )
        .annotate(reader=F(f"{side}__profile__user"))
        .filter(_unblocked("sender__user", "reader"))
    )
    for user_id, own_name, pk, talk, sender, name, text in rows.values_list(
        "reader",
        f"{side}__profile__name",
        "pk",
        "conversation",
        "sender",
        "sender__name",
        Left("body", BEGINNING),
    ):
        item = Item(Kind.NEW_MESSAGE, talk, sender, name, own_name, conversation_id=talk, text=text)
        yield (user_id, pk), item


def _matches(user_ids: set[UUID], ids: set[UUID]) -> Found:
    """Those that last, between people who can both sign in."""
    rows = (
        Match.objects.active()
        .filter(pk__in=ids, low__user__is_active=True, high__user__is_active=True)
        .filter(_unblocked("low__user", "high__user"))
        .select_related("low", "high")
    )
    for match in rows:
        for own, other in ((match.low, match.high), (match.high, match.low)):
            item = Item(
                Kind.NEW_MATCH, match.pk, other.pk, other.name, own.name,
                conversation_id=match.conversation_id,
            )  # fmt: skip
            yield (own.user_id, match.pk), item


def _likes(user_ids: set[UUID], ids: set[UUID]) -> Found:
    """Those that wait for an answer, of people who are listed."""
    decided: Any = (
        Q(Exists(Like.objects.filter(liker=OuterRef("liked"), liked=OuterRef("liker"))))
        | Q(Exists(Pass.objects.filter(passer=OuterRef("liked"), passed=OuterRef("liker"))))
    )  # fmt: skip
    rows = (
        Like.objects.filter(pk__in=ids, liker__in=Profile.objects.listed())
        .filter(~decided)
        .filter(_unblocked("liker__user", "liked__user"))
        .select_related("liker", "liked")
    )
    for like in rows:
        item = Item(Kind.NEW_LIKE, like.pk, like.liker_id, like.liker.name, like.liked.name)
        yield (like.liked.user_id, like.pk), item


def _unblocked(one: str, other: str) -> Any:
    """No block between the two accounts, in either direction."""
    made = Q(blocker=OuterRef(one), blocked=OuterRef(other))
    received = Q(blocker=OuterRef(other), blocked=OuterRef(one))
    return ~Exists(Block.objects.filter(made | received))


FINDERS: dict[Kind, Any] = {
    Kind.NEW_MATCH: _matches,
    Kind.NEW_MESSAGE: _messages,
    Kind.NEW_LIKE: _likes,
}
