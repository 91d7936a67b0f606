"""Many dogs at once, for what only shows in a crowd."""

import datetime
import random
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from matching.deck import Page, first_page
from profiles.models import Preferences, Profile
from profiles.tests.factories import place
from pupmatch.lib.ids import uuid7

AN_HOUR_AGO = timezone.now() - datetime.timedelta(hours=1)


def crowd(count: int, seed: int = 1) -> list[Profile]:
    """Complete profiles around one place, of all ages, in six statements."""
    chance = random.Random(seed)
    users = User.objects.bulk_create(User(email=f"{uuid7()}@example.org") for _ in range(count))
    Preferences.objects.bulk_create(Preferences(user=user) for user in users)
    now = timezone.now()
    return Profile.objects.bulk_create(
        Profile(
            user=user,
            name="Rex",
            birth_date=timezone.localdate() - datetime.timedelta(days=chance.randrange(4000)),
            activity_level=chance.randrange(3),
            photo_count=2,
            location=place(47.61 + chance.gauss(0, 0.05), -122.33 + chance.gauss(0, 0.07)),
            location_shows_at=now - datetime.timedelta(hours=1),
            last_active_at=now - datetime.timedelta(days=chance.randrange(20)),
        )
        for user in users
    )


def fresh(profile: Profile) -> Profile:
    """As a request loads it."""
    return Profile.objects.select_related("user__preferences").get(pk=profile.pk)


def viewer_among(dogs: list[Profile]) -> Profile:
    """One of them, as a request loads it."""
    return fresh(dogs[0])


def ids(page: Page) -> list[UUID]:
    """Whom it shows."""
    return [dog.profile_id for dog in page.dogs]


def kept(viewer: Profile) -> Profile:
    """The viewer, once a deck is kept for them."""
    first_page(viewer, 20)
    return viewer
