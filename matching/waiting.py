"""Telling people what changes about the likes that wait for their answer."""

from collections.abc import Set
from uuid import UUID

from django.db.models import Q

from events.publishing import publish
from matching.models import Like
from matching.standing import Standing, WaitingLike
from profiles.models import Profile
from pupmatch.lib.throttling import is_within

NONE: Set[WaitingLike] = frozenset()


def tell_change(before: Standing, after: Standing, *, notifies: bool = False) -> None:
    """Tell each of the two what a decision changed about the likes that they have received.

    With `notifies`, a like of `before.me` is news, once a day for the same two people: liked, taken
    back and liked again, it is there and in their events, and no telephone rings for it.
    """
    by = before.me.user_id if notifies else None
    tell_changes(before.waiting(), after.waiting(), by=by)


def tell_changes(
    before: Set[WaitingLike], after: Set[WaitingLike], *, by: UUID | None = None
) -> None:
    """Publish `like.received` for those that are new and `like.removed` for those that are gone.

    `by` is the account that likes just now, and of which people are notified.
    """
    for like in before - after:
        _tell(like, "like.removed")
    for like in after - before:
        notifies = by is not None and is_within("news_of_like", f"{by}/{like.waits_for}")
        _tell(like, "like.received", notifies=notifies)


def tell_all_gone(profile: Profile) -> None:
    """Publish `like.removed` for every like that waits at either end of this profile."""
    likes = Like.objects.filter(Q(liker=profile) | Q(liked=profile)).waiting()
    for row in likes.values_list("id", "liker_id", "liked__user_id"):
        _tell(WaitingLike(*row), "like.removed")


def _tell(like: WaitingLike, type: str, *, notifies: bool = False) -> None:
    data = {"id": like.id, "profile_id": like.liker_id}
    publish([like.waits_for], type, data, notifies=notifies)
