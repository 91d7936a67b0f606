"""Likes that wait for an answer, and telling people what changes about them."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db.models import Q

from events.publishing import publish
from matching.models import Like
from profiles.models import Profile

Waiting = dict[UUID, Like]


def waiting_likes(a: Profile, b: Profile) -> Waiting:
    """The likes between two people, whom the caller has locked, that the other has not answered."""
    likes = Like.objects.waiting_for(a).filter(liker=b) | Like.objects.waiting_for(b).filter(
        liker=a
    )
    return {like.pk: like for like in likes.select_related("liker", "liked")}


@contextmanager
def changes_told(a: Profile, b: Profile, *, notifies: bool = False) -> Iterator[None]:
    """Tell each of the two what the block changes about the likes that they have received."""
    before = waiting_likes(a, b)
    yield
    tell_changes(before, waiting_likes(a, b), notifies=notifies)


def tell_changes(before: Waiting, after: Waiting, *, notifies: bool = False) -> None:
    """Publish `like.received` for those that are new and `like.removed` for those that are gone."""
    for pk in before.keys() - after.keys():
        _tell(before[pk], "like.removed")
    for pk in after.keys() - before.keys():
        _tell(after[pk], "like.received", notifies=notifies)


def tell_all_gone(profile: Profile) -> None:
    """Publish `like.removed` for every like that waits at either end of this profile."""
    likes = Like.objects.filter(Q(liker=profile) | Q(liked=profile)).waiting()
    for like in likes.select_related("liked"):
        _tell(like, "like.removed")


def _tell(like: Like, type: str, *, notifies: bool = False) -> None:
    data = {"id": like.pk, "profile_id": like.liker_id}
    publish([like.liked.user_id], type, data, notifies=notifies)
