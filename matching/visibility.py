"""Whom a person may look at, like, or pass on."""

from django.db.models import Exists, OuterRef, Q

from matching.models import Match, Pass
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


def shown_to(viewer: Profile) -> ProfileQuerySet:
    """Whose card the viewer may look at: not that of somebody who ended their match.

    Else that person would be followed from cell to cell by whoever was got rid of. Taking the pass back
    that an unmatch counts as, or matching anew, shows it again.
    """
    parted = Match.objects.filter(
        Q(low=OuterRef("passer"), high=OuterRef("passed"))
        | Q(low=OuterRef("passed"), high=OuterRef("passer"))
    )
    got_rid = Pass.objects.filter(Exists(parted), passer=OuterRef("pk"), passed=viewer)
    return reachable(viewer).exclude(Exists(got_rid))
