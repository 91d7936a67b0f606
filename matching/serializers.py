"""Shapes of likes, passes, matches and the deck."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from matching.compatibility import PARTS, Reasons
from matching.deck import Ranked
from matching.models import Like, Match, Pass
from profiles.distances import spoken
from profiles.models import Profile
from profiles.serializers import CardSerializer, DistanceSerializer


class LikeInputSerializer(serializers.Serializer):
    """Whom to like, and what to say about it."""

    profile_id = serializers.UUIDField()
    comment = serializers.CharField(required=False, allow_blank=True, max_length=300)


class PassInputSerializer(serializers.Serializer):
    """Whom to pass on."""

    profile_id = serializers.UUIDField()


class LikeReceivedSerializer(serializers.ModelSerializer):
    """Somebody who likes me."""

    profile = CardSerializer(source="liker")

    class Meta:
        model = Like
        fields = ("id", "profile", "comment", "created_at")
        read_only_fields = fields


class LikeSentSerializer(serializers.ModelSerializer):
    """Somebody I like."""

    profile = CardSerializer(source="liked")

    class Meta:
        model = Like
        fields = ("id", "profile", "comment", "created_at")
        read_only_fields = fields


class PassSerializer(serializers.ModelSerializer):
    """Somebody I passed on."""

    profile = CardSerializer(source="passed")

    class Meta:
        model = Pass
        fields = ("id", "profile", "created_at")
        read_only_fields = fields


class MatchSerializer(serializers.ModelSerializer):
    """Two who like each other, seen from one of them."""

    profile = serializers.SerializerMethodField()
    conversation_id = serializers.UUIDField(read_only=True)

    class Meta:
        model = Match
        fields = ("id", "profile", "conversation_id", "created_at")
        read_only_fields = fields

    @extend_schema_field(CardSerializer)
    def get_profile(self, match: Match) -> dict:
        return CardSerializer(match.other(self.context["view"].profile), context=self.context).data


class LikeOutcomeSerializer(serializers.Serializer):
    """The match that the like made, if it was mutual."""

    match = MatchSerializer(allow_null=True)


class PartSerializer(serializers.Serializer):
    """One reason for a score."""

    name = serializers.ChoiceField(PARTS)
    points = serializers.FloatField()
    text = serializers.CharField()


class CompatibilitySerializer(serializers.Serializer):
    """How well two dogs fit, from 0 to 100; the points of the parts add up to the score."""

    score = serializers.FloatField(min_value=0, max_value=100)
    parts = PartSerializer(many=True)


class DeckItemSerializer(serializers.Serializer):
    """A dog in the deck: its card, how far away it is, and how well it fits."""

    profile = CardSerializer()
    distance = DistanceSerializer()
    compatibility = CompatibilitySerializer()


def deck_items(dogs: list[Ranked], cards: Mapping[UUID, Any], viewer: Profile) -> list[dict]:
    """The shape of DeckItemSerializer, around cards that are rendered already."""
    reasons, unit = Reasons(viewer), viewer.user.preferences.distance_unit
    return [
        {
            "profile": cards[dog.profile_id],
            "distance": (distance := spoken(dog.facts.metres, unit)),
            "compatibility": {
                "score": dog.score / 10,
                "parts": reasons.parts(dog.points, dog.facts, distance),
            },
        }
        for dog in dogs
        if dog.profile_id in cards
    ]


class HintSerializer(serializers.Serializer):
    """A preference to relax, and how many more dogs that brings (at most about a hundred)."""

    preference = serializers.ChoiceField(["max_distance", "min_age", "max_age"])
    value = serializers.FloatField(help_text="What to set it to.")
    additional = serializers.IntegerField()
    text = serializers.CharField()


class HintsSerializer(serializers.Serializer):
    """What to relax, the most helpful first; empty while the deck is well filled."""

    results = HintSerializer(many=True)
