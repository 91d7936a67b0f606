"""Moves made-up dogs and their owners into the database, and out again."""

from datetime import datetime, timedelta
from random import Random

from django.contrib.auth.hashers import make_password
from django.contrib.gis.geos import Point
from django.db import transaction
from django.db.models import QuerySet
from django.utils.text import slugify

from accounts.models import User
from demo.dogs import Dog
from demo.town import Spot, Town
from playgrounds.models import Playground
from playgrounds.services import add_favorite
from profiles import services
from profiles.images import Renditions
from profiles.models import Breed, Preferences, Profile

DOMAIN = "demo.pupmatch.example"
PASSWORD = "playtime-2026"  # noqa: S105 (known on purpose; the command refuses production)
STAFF = f"staff@{DOMAIN}"
MODERATOR, LEAD = "moderator", "lead"
SOURCE = "demo town"
# Everybody has been here for longer than the oldest like.
JOINED_DAYS_AGO = (50, 400)


def owners() -> QuerySet[User]:
    """The accounts of the demo town, staff included."""
    return User.objects.filter(email__endswith=f"@{DOMAIN}")


class Housing:
    """Gives dogs a home in the database; one password hash serves everybody, as hashing is slow."""

    def __init__(self, seed: object, now: datetime) -> None:
        self.seed = seed
        self.now = now
        self.password = make_password(PASSWORD)
        self.breeds = dict(Breed.objects.values_list("name", "pk"))

    def move_in(self, dog: Dog, pictures: list[Renditions], email: str | None = None) -> Profile:
        """An account with a complete profile for the dog, made by the product's own services."""
        rng = Random(f"{self.seed}/home/{dog.number}")
        joined_at = self.now - timedelta(
            days=rng.randint(*JOINED_DAYS_AGO), seconds=rng.randrange(86400)
        )
        stored = [services.store_renditions(renditions) for renditions in pictures]
        with transaction.atomic():
            user = self._account(email or address(dog), joined_at)
            profile = self._profile(user, dog, rng, joined_at)
            services.set_prompts(profile=profile, prompts=dog.prompts)
            latitude, longitude = dog.home
            services.set_location(profile=profile, point=Point(longitude, latitude, srid=4326))
            for renditions, names in zip(pictures, stored, strict=True):
                services.add_photo(profile=profile, renditions=renditions, names=names)
        return profile

    def hire_staff(self) -> User:
        """The account that may sign in to the admin."""
        return self._account(STAFF, self.now, is_staff=True, is_superuser=True)

    def hire(self, name: str) -> User:
        """An account of staff that may do nothing yet."""
        return self._account(f"{name}@{DOMAIN}", self.now, is_staff=True)

    def _account(self, email: str, joined_at: datetime, **flags: bool) -> User:
        return User.objects.create(
            email=email,
            password=self.password,
            email_verified_at=joined_at,
            created_at=joined_at,
            **flags,
        )

    def _profile(self, user: User, dog: Dog, rng: Random, joined_at: datetime) -> Profile:
        profile = services.create_profile(
            user=user,
            name=dog.name,
            birth_date=dog.birth_date,
            bio=dog.bio,
            breed_id=self.breeds.get(dog.breed or ""),
            sex=dog.sex,
            size=dog.size,
            activity_level=dog.activity,
            temperament=dog.temperament,
            play_styles=dog.play_styles,
            neutered=dog.neutered,
            good_with_small_dogs=dog.good_with_small_dogs,
            good_with_children=dog.good_with_children,
            created_at=joined_at,
            last_active_at=self.now - timedelta(hours=rng.expovariate(1 / 60)),
        )
        Preferences.objects.filter(user=user).update(**dog.preferences)
        return profile


def address(dog: Dog) -> str:
    """The e-mail address of a dog's owner."""
    return f"{slugify(dog.name) or 'dog'}.{dog.number}@{DOMAIN}"


def open_playgrounds(town: Town) -> list[Playground]:
    """The town's playgrounds, which belong to nobody in particular."""
    return Playground.objects.bulk_create(
        Playground(
            name=spot.name,
            description=spot.description,
            place=f"{spot.quarter}, {town.city.name}",
            location=Point(spot.longitude, spot.latitude, srid=4326),
            features=spot.features,
            source=SOURCE,
            source_id=slugify(spot.name),
        )
        for spot in town.spots
    )


def choose_favorites(
    seed: object,
    town: Town,
    playgrounds: list[Playground],
    dogs: list[Dog],
    profiles: dict[int, Profile],
) -> None:
    """Everybody's favourites: up to four, rather near than far."""
    spots = list(zip(town.spots, playgrounds, strict=True))
    for dog in dogs:
        rng = Random(f"{seed}/favorites/{dog.number}")
        near = sorted(spots, key=lambda pair: _way(dog, pair[0]))[:6]
        for _, playground in rng.sample(near, rng.randint(0, 4)):
            add_favorite(user=profiles[dog.number].user, playground_id=playground.pk)


def _way(dog: Dog, spot: Spot) -> float:
    return (dog.home[0] - spot.latitude) ** 2 + ((dog.home[1] - spot.longitude) / 1.5) ** 2
