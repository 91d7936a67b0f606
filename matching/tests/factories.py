"""Likes, passes and matches for tests; matches are made the way people make them."""

import factory

from matching import services
from matching.deck import first_page
from matching.models import Deck, Like, Match, Pass
from profiles.models import Profile
from profiles.tests.factories import ProfileFactory


class LikeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Like

    liker = factory.SubFactory(ProfileFactory)
    liked = factory.SubFactory(ProfileFactory)


class PassFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Pass

    passer = factory.SubFactory(ProfileFactory)
    passed = factory.SubFactory(ProfileFactory)


def matched(a: Profile | None = None, b: Profile | None = None) -> Match:
    """Two who like each other."""
    a, b = a or ProfileFactory(), b or ProfileFactory()
    services.like(liker=a, liked=b)
    match, _ = services.like(liker=b, liked=a)
    assert match is not None
    return match


def kept_deck(viewer: Profile | None = None, **fields: object) -> Deck:
    """A deck as it is kept for somebody."""
    viewer = viewer or ProfileFactory()
    first_page(viewer, 20)
    Deck.objects.filter(viewer=viewer).update(**fields)
    return Deck.objects.get(viewer=viewer)
