"""Whoever is looked for, and whoever looks: several accounts that read everything they may."""

import datetime
from collections.abc import Callable
from typing import Any

from django.contrib.gis.geos import Point
from django.db import connection
from django.utils import timezone

from matching.models import Match
from matching.tests.factories import matched
from playgrounds.models import Playground
from playgrounds.tests.factories import PlaygroundFactory
from profiles.cells import snap
from profiles.models import Preferences, Profile
from profiles.tests.factories import ProfileFactory

PUT_PLACE = "/api/v1/me/location"


def stand(profile: Profile, where: Point) -> None:
    """Put an attacker's dog exactly there: no cell, no limit, no delay. More than anybody can do."""
    Profile.objects.filter(pk=profile.pk).update(
        location=where, previous_location=None, location_shows_at=LONG_AGO
    )


def forget_place(profile: Profile) -> None:
    """As if the dog had never had a place."""
    Profile.objects.filter(pk=profile.pk).update(
        location=None, previous_location=None, previous_shows_at=None, location_shows_at=None,
        location_removed_at=None,
    )  # fmt: skip
    profile.moves.all().delete()


LONG_AGO = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
# As the product keeps a place; and as it must not, for the attacks to show that they would work.
Keep = Callable[[Profile, Point], None]


def as_a_cell(profile: Profile, where: Point) -> None:
    """The place as it is kept."""
    stand(profile, snap(where))


class World:
    """A target, an attacker who is matched with it and one who is not, decoys and playgrounds."""

    def __init__(self, client_for: Callable[..., Any], around: Point) -> None:
        born = timezone.localdate() - datetime.timedelta(days=1200)
        alike = {"birth_date": born, "last_active_at": timezone.now(), "activity_level": 1}
        self.target = ProfileFactory(location=snap(around), **alike)
        self.attacker = self._attacker(around, alike)
        self.friend = self._attacker(around, alike)
        self.decoys = [ProfileFactory(location=snap(around), **alike) for _ in range(3)]
        self.match: Match = matched(self.friend, self.target)
        self.playgrounds: list[Playground] = [PlaygroundFactory(location=around) for _ in range(3)]
        self.target_client = client_for(self.target.user)
        self.client = client_for(self.attacker.user)
        self.friends_client = client_for(self.friend.user)

    @staticmethod
    def _attacker(around: Point, alike: dict[str, Any]) -> Profile:
        return ProfileFactory(
            location=snap(around), preferences__distance_unit="kilometers",
            preferences__max_distance=500, **alike,
        )  # fmt: skip

    @property
    def people(self) -> list[Profile]:
        """Everybody."""
        return [self.target, self.attacker, self.friend, *self.decoys]

    def wish(self, **fields: Any) -> None:
        """What both attackers prefer from now on."""
        users = [self.attacker.user_id, self.friend.user_id]
        Preferences.objects.filter(user__in=users).update(**fields)

    def get(self, path: str, client: Any = None) -> Any:
        """What the API answers an attacker."""
        answer = (client or self.client).get(f"/api/v1/{path}")
        assert answer.status_code == 200, (path, answer.content)
        return answer.json()


def time_passes(clock: Any, minutes: float) -> None:
    """Both clocks go on: that of the processes, and the database's, by which decks are compared."""
    clock.shift(datetime.timedelta(minutes=minutes))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE matching_deck SET filled_at = filled_at - %s * interval '1 minute'", [minutes]
        )
        cursor.execute(
            "UPDATE matching_candidate SET changed_at = changed_at - %s * interval '1 minute'"
            " WHERE changed_at > '2000-01-01'",
            [minutes],
        )
