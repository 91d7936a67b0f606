"""Shapes of a profile: the owner's, and the card that others see."""

from typing import Any

from django.contrib.gis.geos import Point
from django.db.models import (
    Case,
    Expression,
    F,
    Func,
    OuterRef,
    Subquery,
    TextField,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.authentication import USER
from accounts.naming import check_not_ours
from playgrounds.models import Favorite
from playgrounds.serializers import FavoritePlaygroundSerializer
from profiles.ages import (
    OLDEST_PLAUSIBLE,
    age_on,
    birth_date_for,
    plausible_birth_date,
)
from profiles.choices import ActivityLevel, DistanceUnit, PlayStyle, Temperament
from profiles.content_serializers import (
    OwnPhotoSerializer,
    OwnPromptSerializer,
    PhotoSerializer,
    PromptSerializer,
)
from profiles.distances import Spoken, SpokenDistance, spoken
from profiles.fields import BreedField, DegreesField, TagsField
from profiles.models import MIN_PHOTOS, Breed, Photo, Preferences, Profile, Prompt
from profiles.querysets import shown_location
from pupmatch.lib.documents import document
from pupmatch.lib.documents.expressions import NOW, TODAY, IsSet, WholeYears, rows
from pupmatch.lib.fields import DayField, NamedLevelField, PointSerializer
from pupmatch.lib.geo import Metres, distance_m
from pupmatch.lib.text import reads_as_drawn


class LocationSerializer(PointSerializer):
    """Where the dog lives, in degrees (WGS 84), and nothing else."""

    is_exact = True
    latitude = DegreesField(min_value=-90, max_value=90)
    longitude = DegreesField(min_value=-180, max_value=180)

    def to_internal_value(self, data: Any) -> Point:
        point = super().to_internal_value(data)
        # An app that sends more, such as an address, had better learn that nobody wants it.
        if unknown := set(data) - set(self.fields):
            raise serializers.ValidationError(
                {name: ["This is not taken."] for name in sorted(unknown)}, code="unknown"
            )
        return point


class PromptSuggestionSerializer(serializers.Serializer):
    """A question that many owners answer."""

    question = serializers.CharField()


class BreedSerializer(serializers.ModelSerializer):
    """A breed by the name that a profile's `breed` takes."""

    class Meta:
        model = Breed
        fields = ("name",)


DESCRIPTION_FIELDS = (
    "id",
    "name",
    "age",
    "bio",
    "breed",
    "sex",
    "size",
    "activity_level",
    "temperament",
    "play_styles",
    "neutered",
    "good_with_small_dogs",
    "good_with_children",
    "is_verified",
    "photos",
    "prompts",
    "favorite_playgrounds",
)


class DescriptionSerializer(serializers.ModelSerializer):
    """What a profile tells everybody who may see it."""

    breed = BreedField(required=False, allow_null=True)
    activity_level = NamedLevelField(ActivityLevel, required=False)
    temperament = TagsField(
        child=serializers.ChoiceField(Temperament.choices),
        required=False,
        max_length=len(Temperament),
    )
    play_styles = TagsField(
        child=serializers.ChoiceField(PlayStyle.choices),
        required=False,
        max_length=len(PlayStyle),
    )
    is_verified = serializers.BooleanField(
        read_only=True, help_text="Staff have seen who this is; for a time."
    )
    favorite_playgrounds = serializers.SerializerMethodField()

    class Meta:
        model = Profile
        fields: tuple[str, ...] = DESCRIPTION_FIELDS
        extra_kwargs = {
            # Not told is null; an empty text is no answer.
            "sex": {"allow_blank": False},
            "size": {"allow_blank": False},
        }

    @extend_schema_field(FavoritePlaygroundSerializer(many=True))
    def get_favorite_playgrounds(self, profile: Profile) -> Any:
        # Sorted here because the rows are prefetched; there are at most a hundred.
        favorites = sorted(profile.user.favorites.all(), key=lambda row: row.pk, reverse=True)
        places = [row.playground for row in favorites if not row.playground.is_held]
        return FavoritePlaygroundSerializer(places, many=True).data

    def sql_age(self, at: str) -> Expression:
        return WholeYears(F(f"{at}birth_date"), TODAY)

    def sql_is_verified(self, at: str) -> Expression:
        return Case(When(**{f"{at}verified_until__gt": NOW}, then=True), default=False)

    def sql_favorite_playgrounds(self, at: str) -> Expression:
        shown = Favorite.objects.filter(user=OuterRef(f"{at}user"), playground__held_at=None)
        return rows(shown.order_by("-pk"), document(FavoritePlaygroundSerializer(), "playground__"))


class OwnProfileSerializer(DescriptionSerializer):
    """The whole profile, for its owner. Write either `age` or `birth_date`.

    `location` is the centre of the area that is kept; change it with `PUT /me/location`. While
    `is_bio_held`, others see an empty bio; another one is shown.
    """

    age = serializers.IntegerField(
        min_value=0,
        max_value=OLDEST_PLAUSIBLE,
        required=False,
        help_text="Completed years. Written, it stands for a birthday today, unless the birth date "
        "kept so far fits.",
    )
    birth_date = DayField(required=False, validators=[plausible_birth_date])
    photos = OwnPhotoSerializer(many=True, read_only=True)
    prompts = OwnPromptSerializer(many=True, read_only=True)
    is_bio_held = serializers.BooleanField(read_only=True)
    verified_until = serializers.DateTimeField(read_only=True, allow_null=True)
    location = PointSerializer(read_only=True, allow_null=True)
    is_complete = serializers.BooleanField(read_only=True)
    is_paused = serializers.BooleanField(read_only=True)
    missing = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta(DescriptionSerializer.Meta):
        fields = (
            *DESCRIPTION_FIELDS,
            "birth_date",
            "is_bio_held",
            "verified_until",
            "location",
            "is_complete",
            "missing",
            "is_paused",
        )

    def validate_name(self, name: str) -> str:
        """One that misleads nobody; the one that the dog has may stay."""
        if self.instance is None or name != self.instance.name:
            reads_as_drawn(name)
            check_not_ours(name, self.context["request"].user)
        return name

    def sql_is_bio_held(self, at: str) -> Expression:
        return IsSet(F(f"{at}bio_held_at"))

    def sql_is_paused(self, at: str) -> Expression:
        return IsSet(F(f"{at}paused_at"))

    def sql_missing(self, at: str) -> Expression:
        lacks = {"photos": ("photo_count__lt", MIN_PHOTOS), "location": ("location", None)}
        named = (
            Case(When(**{f"{at}{field}": value}, then=Value(name)))
            for name, (field, value) in lacks.items()
        )
        return Func(*named, template="array_remove(ARRAY[%(expressions)s], NULL)")

    def validate(self, attrs: dict) -> dict:
        age, today = attrs.pop("age", None), timezone.localdate()
        born = attrs.get("birth_date") or getattr(self.instance, "birth_date", None)
        if born is None and age is None:
            raise serializers.ValidationError(
                {"birth_date": ["Write age or birth_date."]}, code="required"
            )
        if age is not None and (born is None or age_on(born, today) != age):
            if "birth_date" in attrs:
                raise serializers.ValidationError(
                    {"age": ["This contradicts birth_date; write one of them."]}
                )
            attrs["birth_date"] = birth_date_for(age, today)
        return attrs


class DistanceSerializer(serializers.Serializer):
    """A distance in the viewer's unit: rounded up to whole units, never below two."""

    value = serializers.IntegerField(min_value=2)
    unit = serializers.ChoiceField(DistanceUnit.choices)
    text = serializers.CharField()


class CardSerializer(DescriptionSerializer):
    """Somebody else's profile, without what is held. `distance` is null while either has no place."""

    # Needs a view with `profile` (OwnProfileMixin): the viewer, in whose unit distances are told.
    age = serializers.IntegerField(read_only=True)
    bio = serializers.CharField(source="shown_bio", read_only=True)
    photos = serializers.SerializerMethodField()
    prompts = PromptSerializer(source="shown_prompts", many=True, read_only=True)
    distance = serializers.SerializerMethodField()

    class Meta(DescriptionSerializer.Meta):
        fields = (*DESCRIPTION_FIELDS, "distance")

    def sql_bio(self, at: str) -> Expression:
        shown = When(**{f"{at}bio_held_at": None}, then=F(f"{at}bio"))
        return Case(shown, default=Value(""), output_field=TextField())

    @extend_schema_field(PhotoSerializer(many=True))
    def get_photos(self, profile: Profile) -> list[dict]:
        # By what is shown, so that no gap tells of what is not.
        shown = PhotoSerializer(profile.shown_photos, many=True, context=self.context).data
        return [{**photo, "position": position} for position, photo in enumerate(shown)]

    def sql_photos(self, at: str) -> Expression:
        shown = Photo.objects.shown().filter(profile=OuterRef(f"{at}pk"))
        position = Window(RowNumber(), order_by="position") - 1
        return rows(shown, document(PhotoSerializer(), position=position))

    def sql_prompts(self, at: str) -> Expression:
        shown = Prompt.objects.shown().filter(profile=OuterRef(f"{at}pk"))
        return rows(shown, document(PromptSerializer()))

    @extend_schema_field(DistanceSerializer(allow_null=True))
    def get_distance(self, profile: Profile) -> SpokenDistance | None:
        viewer: Profile = self.context["view"].profile
        place = profile.location_shown_at(timezone.now())
        if place is None or viewer.location is None:
            return None
        return spoken(distance_m(viewer.location, place), viewer.user.preferences.distance_unit)

    def sql_distance(self, at: str) -> Expression:
        # The viewer's own row is asked for once in a statement, whatever the number of cards.
        viewer = Subquery(Profile.objects.filter(user=USER).values("location"))
        unit = Subquery(Preferences.objects.filter(user=USER).values("distance_unit"))
        return Spoken(Metres(shown_location(NOW, at), viewer), unit)
