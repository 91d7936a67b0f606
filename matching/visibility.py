"""Whom a person may look at, like, or pass on."""

from django.db.models import Exists, OuterRef, Q

from matching.models import Match, Pass
from profiles.models import Profile
from profiles.querysets import LISTED, ProfileQuerySet


def reachable(viewer: Profile) -> ProfileQuerySet:
    """Everybody listed, and whoever the viewer is matched with even while they are not listed.

    As if they did not exist: whoever is blocked in either direction, has no working account, or ended
    a match with the viewer and has not taken back the pass that it counts as. Those would else be
    followed from cell to cell by whoever they got rid of.
    """
    active = Match.objects.active()
    as_low, as_high = (
        active.filter(low=viewer).values("high"),
        active.filter(high=viewer).values("low"),
    )
    unmatches = Pass.objects.filter(passer=OuterRef("pk"), passed=viewer, is_unmatch=True)
    return (
        Profile.objects.filter(user__is_active=True)
        .exclude(pk=viewer.pk)
        .unblocked_for(viewer.user)
        .filter(LISTED | Q(pk__in=as_low) | Q(pk__in=as_high))
        .exclude(Exists(unmatches))
    )
