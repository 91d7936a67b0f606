"""Which rows are somebody's where it takes more than a filter, and what makes rows readable."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from accounts.models import Block, User
from exports.parts import by_position
from matching.models import Like
from messaging.models import Conversation, Message, Participant
from profiles.models import Photo, Profile
from verification.models import Verification


def photo_path(photo: Photo) -> str:
    """Where a photo is in the zip."""
    return f"photos/{photo.position + 1}-{photo.pk}.webp"


def document_path(shown: Verification) -> str:
    """Where a document is in the zip; nowhere once it is decided, and removed."""
    return f"documents/{shown.kind}-{shown.pk}.webp" if shown.document else ""


def conversations(user: User) -> QuerySet[Conversation]:
    """Also those that the person has deleted for themselves: they are stored all the same."""
    return Conversation.objects.filter(Q(low__user=user) | Q(high__user=user))


def _shown(user: User) -> QuerySet[Message]:
    """Those that the person wrote, and of the others those that they have not deleted."""
    sides = Participant.objects.filter(
        conversation=OuterRef("conversation"),
        profile__user=user,
        deleted_at=None,
        cleared_position__lt=OuterRef("position"),
    )
    return Message.objects.filter(Q(sender__user=user) | Q(Exists(sides)))


def messages(user: User) -> Iterator[Message]:
    """What was written to each other, one conversation after the other."""
    # To sort all messages of a great talker for each page would take too long.
    is_own = ExpressionWrapper(Q(sender__user=user), BooleanField())
    rows = _shown(user).select_related("playground").annotate(is_own=is_own)
    for talk in conversations(user).order_by("pk").values_list("pk", flat=True):
        yield from by_position(rows.filter(conversation=talk))


def likes_received(user: User) -> QuerySet[Like]:
    """Those that `GET /likes/received` shows: who is hidden there stays hidden here."""
    profile = Profile.objects.filter(user=user).first()
    if profile is None:
        return Like.objects.none()
    visible = Profile.objects.visible_to(user)
    return Like.objects.waiting_for(profile).filter(liker__in=visible).select_related("liker")


def words(message: Any) -> str | None:
    """One's own as they stand; of the other side's, what is not held."""
    return message.body if message.is_own else message.shown_body


def profile_of_blocked(block: Block) -> UUID | None:
    """The id by which the API calls whom one blocked, if they still have a dog here."""
    profile = Profile.objects.filter(user=block.blocked_id).first()
    return profile.pk if profile else None
