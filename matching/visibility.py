"""Whom a person may look at, like, or pass on."""

from django.db.models import Q

from matching.models import Match
from profiles.models import Profile
from profiles.querysets import LISTED, ProfileQuerySet


def reachable(viewer: Profile) -> ProfileQuerySet:
    """Everybody listed, and whoever the viewer is matched with even while they are not listed.

    Blocked in either direction, or without a working account: as if they did not exist.
    """
    active = Match.objects.active()
    as_low, as_high = (
        active.filter(low=viewer).values("high"),
        active.filter(high=viewer).values("low"),
    )
    return (
        Profile.objects.filter(user__is_active=True)
        .exclude(pk=viewer.pk)
        .unblocked_for(viewer.user)
        .filter(LISTED | Q(pk__in=as_low) | Q(pk__in=as_high))
    )
