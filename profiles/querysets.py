"""Which profiles: the questions that every room above asks."""

import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.gis.geos import Point
from django.contrib.gis.measure import D
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils import timezone

from accounts.models import Block, User
from profiles.ages import born_between

if TYPE_CHECKING:
    from profiles.models import Profile  # noqa: F401 (the querysets' own model)


class HoldableQuerySet(models.QuerySet[Any]):
    """Rows that may be held."""

    def shown(self) -> "HoldableQuerySet":
        """Those that others see."""
        return self.filter(held_at=None)


LISTED = Q(is_complete=True, paused_at=None, user__is_active=True)


class ProfileQuerySet(models.QuerySet["Profile"]):
    """Profiles, by who may see them, where others see them, and how old they are."""

    def listed(self) -> "ProfileQuerySet":
        """Complete, not paused, and of somebody who may sign in."""
        return self.filter(LISTED)

    def unblocked_for(self, user: User) -> "ProfileQuerySet":
        """Of people with no block in either direction."""
        return self.exclude(user__in=Block.objects.around(user))

    def visible_to(self, user: User) -> "ProfileQuerySet":
        """Listed profiles of other people, with no block in either direction."""
        return self.listed().exclude(user=user).unblocked_for(user)

    def shown_within(
        self, point: Point, radius_m: float, at: datetime.datetime
    ) -> "ProfileQuerySet":
        """Those whose place, as others see it at that moment, is within `radius_m` (geodesic)."""
        radius = D(m=radius_m)
        return self.filter(
            Q(location_shows_at__lte=at, location__dwithin=(point, radius))
            | Q(location_shows_at__gt=at, previous_location__dwithin=(point, radius))
        )

    def aged(self, *, at_least: int, at_most: int) -> "ProfileQuerySet":
        """Those of an age in whole years, both ends included; the upper end of the scale is open."""
        return self.filter(born_between(at_least, at_most, on=timezone.localdate()))

    def for_card(self) -> "ProfileQuerySet":
        """With everything that a card shows, in a fixed number of queries."""
        return self.prefetch_related("breed", "photos", "prompts", "user__favorites__playground")


def shown_location(moment: Any, at: str = "") -> Case:
    """The place that others see at that moment, as an expression; `at` leads to the profile."""
    is_over = {f"{at}location_shows_at__lte": moment}
    return Case(When(**is_over, then=F(f"{at}location")), default=F(f"{at}previous_location"))
