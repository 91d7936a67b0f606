"""What stored events say to their reader: ids become the things that they name, as they are now.

Everything is looked up when it is read, so what was unsent, erased or hidden meanwhile is gone from
old events, too; of such a thing only the stored ids are told. Many people's events are shaped at
once by a fixed number of queries.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from urllib.parse import urljoin
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from rest_framework.serializers import ModelSerializer

from accounts.models import Block
from events.reading import Stored
from matching.models import Like, Match, Pass
from matching.serializers import LikeReceivedSerializer, MatchSerializer
from messaging.models import Message, Participant
from messaging.serializers import MessageSerializer
from moderation.decision_serializers import DecisionSerializer
from moderation.models import Decision, Report
from moderation.serializers import ReportSerializer
from profiles.models import Profile

Shape = dict[str, Any]

# Kept, because making its fields costs more than a message.
_message = MessageSerializer()


class Reader(NamedTuple):
    """For whom an event is shaped, and what the addresses of pictures begin with."""

    user_id: UUID
    base_url: str

    def build_absolute_uri(self, location: str) -> str:
        """What serializers ask of a request."""
        return urljoin(self.base_url, location)


class Item(NamedTuple):
    """One event of one reader."""

    reader: Reader
    event: Stored

    @property
    def id(self) -> UUID:
        """The id of what the event is about."""
        return UUID(self.event.data["id"])


# What a kind of event becomes: for each item the shape, or None for what is gone or hidden.
Shaper = Callable[[list[Item]], list[Shape | None]]


class Viewer(NamedTuple):
    """What cards ask of a view: whose dog is looking."""

    profile: Profile


def _messages(items: list[Item]) -> list[Shape | None]:
    rows = Message.objects.filter(pk__in={item.id for item in items}).select_related("playground")
    # Once for both sides: a message looks the same to them.
    shown = {row.pk: _message.to_representation(row) for row in rows}
    sides = Participant.objects.filter(
        conversation__in={item.event.data["conversation_id"] for item in items},
        profile__user__in={item.reader.user_id for item in items},
    )
    own = {
        (str(conversation_id), user_id): (cleared, unread)
        for conversation_id, user_id, cleared, unread in sides.values_list(
            "conversation_id", "profile__user_id", "cleared_position", "unread_count"
        )
    }

    def shape(item: Item) -> Shape | None:
        message = shown.get(item.id)
        if message is None:
            return None
        cleared, unread = own[message["conversation_id"], item.reader.user_id]
        if message["position"] <= cleared:
            return None  # deleted by its reader, for themselves
        return {**message, "unread_count": unread}

    return [shape(item) for item in items]


def _matches(items: list[Item]) -> list[Shape | None]:
    cards = Profile.objects.for_card()
    rows = (
        Match.objects.active()
        .filter(pk__in={item.id for item in items})
        .filter(low__user__is_active=True, high__user__is_active=True)
        .prefetch_related(Prefetch("low", cards), Prefetch("high", cards))
    )
    matches, viewers = {row.pk: row for row in rows}, _viewers(items)

    def shape(item: Item) -> Shape | None:
        match, viewer = matches.get(item.id), viewers.get(item.reader.user_id)
        if match is None or viewer is None:
            return None
        if viewer.profile.pk not in (match.low_id, match.high_id):
            return None
        return MatchSerializer(match, context=_context(item, viewer)).data

    return _each_once(items, shape)


def _likes(items: list[Item]) -> list[Shape | None]:
    rows = _waiting(Like.objects.filter(pk__in={item.id for item in items}))
    cards = Prefetch("liker", Profile.objects.for_card())
    likes, viewers = {row.pk: row for row in rows.prefetch_related(cards)}, _viewers(items)

    def shape(item: Item) -> Shape | None:
        like, viewer = likes.get(item.id), viewers.get(item.reader.user_id)
        if like is None or viewer is None or viewer.profile.pk != like.liked_id:
            return None
        return LikeReceivedSerializer(like, context=_context(item, viewer)).data

    return _each_once(items, shape)


def _waiting(likes: QuerySet[Like]) -> QuerySet[Like]:
    """Those that `GET /likes/received` shows to whoever received them, for many people at once.

    The same as `waiting_for` and `visible_to` say of one person.
    """
    sides = {"liker": OuterRef("liked"), "liked": OuterRef("liker")}
    passed = Pass.objects.filter(passer=OuterRef("liked"), passed=OuterRef("liker"))
    blocks = Block.objects.filter(
        Q(blocker=OuterRef("liked__user"), blocked=OuterRef("liker__user"))
        | Q(blocker=OuterRef("liker__user"), blocked=OuterRef("liked__user"))
    )
    return likes.filter(
        ~Exists(Like.objects.filter(**sides)),
        ~Exists(passed),
        ~Exists(blocks),
        liker__in=Profile.objects.listed(),
    )


def _decisions(items: list[Item]) -> list[Shape | None]:
    rows = Decision.objects.filter(pk__in={item.id for item in items})
    return _owned(items, rows.select_related("appeal"), "person_id", DecisionSerializer)


def _reports(items: list[Item]) -> list[Shape | None]:
    rows = Report.objects.filter(pk__in={item.id for item in items})
    return _owned(items, rows, "reporter_id", ReportSerializer)


def _owned(
    items: list[Item], rows: QuerySet, owner: str, serializer: type[ModelSerializer]
) -> list[Shape | None]:
    """Of rows that look the same to everybody, and are shown to one person alone."""
    found = {(row.pk, getattr(row, owner)): row for row in rows}

    def shape(item: Item) -> Shape | None:
        row = found.get((item.id, item.reader.user_id))
        return serializer(row).data if row else None

    return _each_once(items, shape)


def _each_once(items: list[Item], shape: Callable[[Item], Shape | None]) -> list[Shape | None]:
    """The shape of each item, made once for all events that tell a reader of the same thing.

    A card with everything on it costs milliseconds, and one like can be news a hundred times.
    """
    first = {(item.reader, item.id): item for item in items}
    shapes = {key: shape(item) for key, item in first.items()}
    return [shapes[item.reader, item.id] for item in items]


def _viewers(items: list[Item]) -> dict[UUID, Viewer]:
    profiles = Profile.objects.filter(user__in={item.reader.user_id for item in items})
    return {row.user_id: Viewer(row) for row in profiles.select_related("user__preferences")}


def _context(item: Item, viewer: Viewer) -> dict[str, Any]:
    return {"view": viewer, "request": item.reader}


# Kinds that are not here are told as they are stored.
SHAPERS: dict[str, Shaper] = {
    "message.created": _messages,
    "message.updated": _messages,
    "message.deleted": _messages,
    "match.created": _matches,
    "like.received": _likes,
    "decision.created": _decisions,
    "decision.updated": _decisions,
    "report.decided": _reports,
}


def shaped(items: Iterable[Item]) -> list[Shape]:
    """The `data` of each event as its reader sees it now."""
    items = list(items)
    shapes: list[Shape] = [item.event.data for item in items]
    for shaper in dict.fromkeys(SHAPERS.values()):
        places = [n for n, item in enumerate(items) if SHAPERS.get(item.event.type) is shaper]
        found = shaper([items[n] for n in places]) if places else []
        for n, shape in zip(places, found, strict=True):
            if shape is not None:
                shapes[n] = shape
    return shapes
