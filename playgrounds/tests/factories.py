"""Playgrounds for tests."""

import factory
from django.contrib.gis.geos import Point

from accounts.tests.factories import UserFactory
from playgrounds.models import Favorite, Playground, Review


def point(latitude: float, longitude: float) -> Point:
    """In the order in which people say it."""
    return Point(longitude, latitude, srid=4326)


class PlaygroundFactory(factory.django.DjangoModelFactory):
    """A dog run in the middle of Manhattan."""

    class Meta:
        model = Playground

    name = factory.Sequence(lambda n: f"Dog run {n}")
    location = factory.LazyFunction(lambda: point(40.7359, -73.9911))


class FavoriteFactory(factory.django.DjangoModelFactory):
    """Somebody's favourite."""

    class Meta:
        model = Favorite

    user = factory.SubFactory(UserFactory)
    playground = factory.SubFactory(PlaygroundFactory)


class ReviewFactory(factory.django.DjangoModelFactory):
    """What somebody thinks of a playground."""

    class Meta:
        model = Review

    user = factory.SubFactory(UserFactory)
    playground = factory.SubFactory(PlaygroundFactory)
    stars = 4
    text = "Shady, and the water works."
