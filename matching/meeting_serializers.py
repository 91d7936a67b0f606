"""Shapes of where two who match could meet."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from playgrounds.models import Playground
from playgrounds.serializers import PlaygroundSerializer
from profiles.distances import SpokenDistance, spoken
from profiles.serializers import DistanceSerializer


class MeetingPointSerializer(PlaygroundSerializer):
    """A playground, and how far it is for either of the two."""

    distance = serializers.SerializerMethodField(help_text="How far it is for me.")
    other_distance = serializers.SerializerMethodField(help_text="How far it is for them.")

    class Meta(PlaygroundSerializer.Meta):
        fields = (*PlaygroundSerializer.Meta.fields, "distance", "other_distance")

    @extend_schema_field(DistanceSerializer)
    def get_distance(self, playground: Playground) -> SpokenDistance:
        return self._spoken(playground.own_m)  # type: ignore[attr-defined]  # annotated

    @extend_schema_field(DistanceSerializer)
    def get_other_distance(self, playground: Playground) -> SpokenDistance:
        return self._spoken(playground.other_m)  # type: ignore[attr-defined]  # annotated

    def _spoken(self, metres: float) -> SpokenDistance:
        preferences = self.context["view"].profile.user.preferences
        return spoken(metres, preferences.distance_unit)
