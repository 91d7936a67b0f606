"""The shape of one's preferences."""

from rest_framework import serializers

from profiles.ages import OLDEST_ON_SCALE
from profiles.choices import ActivityLevel
from profiles.distances import convert
from profiles.models import Preferences
from pupmatch.lib.fields import FiniteFloatField, NamedLevelField


class PreferencesSerializer(serializers.ModelSerializer):
    """Whom a person wants to meet, from the next deck on, and what others may notice, at once.

    Changing `distance_unit` alone converts `max_distance`.
    """

    min_age = serializers.IntegerField(min_value=0, max_value=OLDEST_ON_SCALE, required=False)
    max_age = serializers.IntegerField(
        min_value=0, max_value=OLDEST_ON_SCALE, required=False, help_text="20 means 20 and older."
    )
    max_distance = FiniteFloatField(min_value=1, max_value=500, required=False)
    activity_level = NamedLevelField(ActivityLevel, required=False, allow_null=True)

    class Meta:
        model = Preferences
        fields = (
            "min_age",
            "max_age",
            "max_distance",
            "distance_unit",
            "activity_level",
            "read_receipts",
            "presence",
        )

    def validate_max_distance(self, value: float) -> float:
        return round(value, 2)

    def validate(self, attrs: dict) -> dict:
        current = self.instance
        assert isinstance(current, Preferences)  # noqa: S101 (they are made on demand)
        if attrs.get("min_age", current.min_age) > attrs.get("max_age", current.max_age):
            sent = "min_age" if "min_age" in attrs else "max_age"
            raise serializers.ValidationError({sent: ["min_age would be above max_age."]})
        unit = attrs.get("distance_unit", current.distance_unit)
        if unit != current.distance_unit and "max_distance" not in attrs:
            converted = convert(
                float(current.max_distance), from_unit=current.distance_unit, to_unit=unit
            )
            attrs["max_distance"] = min(500.0, max(1.0, round(converted, 2)))
        return attrs
