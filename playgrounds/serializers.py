"""Shapes of a playground."""

from django.db.models import Case, Expression, F, FloatField, When
from django.db.models.functions import Cast
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.naming import check_not_ours
from playgrounds.models import STARS, Feature, Playground, Review
from pupmatch.lib.documents.expressions import IsSet, Rounded
from pupmatch.lib.fields import PointSerializer
from pupmatch.lib.geo import rounded
from pupmatch.lib.text import reads_as_drawn


class FavoritePlaygroundSerializer(serializers.ModelSerializer):
    """A playground in few words, for a profile's card or a message."""

    location = PointSerializer()

    class Meta:
        model = Playground
        fields = ("id", "name", "place", "location")
        read_only_fields = fields


class PlaygroundSerializer(serializers.ModelSerializer):
    """A place where dogs meet.

    Where there is an `attribution`, show it with the playground: the licence asks for it.
    """

    location = PointSerializer()
    features = serializers.ListField(
        child=serializers.ChoiceField(choices=Feature.choices),
        required=False,
        max_length=len(Feature),
    )
    distance_m = serializers.SerializerMethodField(
        help_text="Metres from the point asked about (`near`), along the ground; else null."
    )
    is_favorite = serializers.BooleanField(read_only=True, help_text="Whether it is one of mine.")
    favorites_count = serializers.IntegerField(
        read_only=True, help_text="How many people have it among their favourites."
    )
    stars = serializers.FloatField(
        read_only=True, allow_null=True, help_text="The mean of its reviews, to one decimal."
    )
    reviews_count = serializers.IntegerField(read_only=True, help_text="How many reviews it has.")
    is_held = serializers.BooleanField(
        read_only=True,
        help_text="Whether it is kept from others, who do not find it; then it is one that I added.",
    )

    class Meta:
        model = Playground
        fields: tuple[str, ...] = (
            "id",
            "name",
            "description",
            "place",
            "location",
            "features",
            "distance_m",
            "is_favorite",
            "favorites_count",
            "stars",
            "reviews_count",
            "is_held",
            "source",
            "attribution",
            "created_at",
        )
        read_only_fields = ("id", "source", "attribution", "created_at")

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_distance_m(self, playground: Playground) -> float | None:
        """The queryset's figure, in whole centimetres; the row keeps the exact one for cursors."""
        distance = getattr(playground, "distance_m", None)
        return None if distance is None else rounded(distance, 2)

    def sql_distance_m(self, at: str) -> Expression:
        return Rounded(F("distance_m"), 2)

    def sql_stars(self, at: str) -> Expression:
        mean = Cast(F(f"{at}stars_total"), FloatField()) / F(f"{at}reviews_count")
        return Case(When(**{f"{at}reviews_count__gt": 0}, then=Rounded(mean, 1)))

    def sql_is_held(self, at: str) -> Expression:
        return IsSet(F(f"{at}held_at"))

    def validate_name(self, name: str) -> str:
        return self._misleading_nobody("name", name)

    def validate_place(self, place: str) -> str:
        return self._misleading_nobody("place", place)

    def _misleading_nobody(self, field: str, text: str) -> str:
        """What is shown wherever the place is named; what stands there already may stay."""
        if self.instance is None or text != getattr(self.instance, field):
            reads_as_drawn(text)
            check_not_ours(text, self.context["request"].user)
        return text

    def validate_features(self, features: list[str]) -> list[str]:
        """Each once, in the order given."""
        return list(dict.fromkeys(features))


class GeoJSONPointSerializer(serializers.Serializer):
    """A GeoJSON point (RFC 7946)."""

    type = serializers.ChoiceField(choices=["Point"])
    coordinates = serializers.ListField(
        child=serializers.FloatField(),
        min_length=2,
        max_length=2,
        help_text="Longitude first, then latitude.",
    )


class PlaygroundPropertiesSerializer(PlaygroundSerializer):
    """A playground without its id and location, which GeoJSON keeps elsewhere."""

    class Meta(PlaygroundSerializer.Meta):
        fields = tuple(
            name for name in PlaygroundSerializer.Meta.fields if name not in ("id", "location")
        )


class PlaygroundFeatureSerializer(serializers.Serializer):
    """A playground as a GeoJSON feature."""

    type = serializers.ChoiceField(choices=["Feature"])
    id = serializers.UUIDField()
    geometry = GeoJSONPointSerializer()
    properties = PlaygroundPropertiesSerializer()


@extend_schema_serializer(many=False)
class PlaygroundFeatureCollectionSerializer(serializers.Serializer):
    """A page of playgrounds as GeoJSON; `attribution` holds every credit that the page needs."""

    type = serializers.ChoiceField(choices=["FeatureCollection"])
    attribution = serializers.CharField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    features = PlaygroundFeatureSerializer(many=True)


class ReviewSerializer(serializers.ModelSerializer):
    """My review of a playground: one to five stars, and words if I like.

    While `is_held`, others do not see it; with other words it is shown again.
    """

    stars = serializers.IntegerField(min_value=STARS[0], max_value=STARS[1])
    text = serializers.CharField(
        max_length=Review._meta.get_field("text").max_length,
        required=False,
        allow_blank=True,
        default="",
    )
    is_held = serializers.BooleanField(read_only=True)

    class Meta:
        model = Review
        fields = ("id", "stars", "text", "is_held", "created_at", "updated_at")
        read_only_fields = ("id", "created_at", "updated_at")
