"""Fields of this room's input, which take one way of writing each thing."""

import re
from datetime import time
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
# Of BCP 47, as much as telephones and browsers say of themselves; iOS writes an underscore.
LOCALE = re.compile(r"\A[A-Za-z]{2,8}([-_@][A-Za-z0-9=;]{1,16}){0,4}\Z")
# In the database of zones, but nobody's.
NOT_A_PLACE = {"Factory", "localtime"}


class StrictSerializer(serializers.Serializer):
    """Refuses what it does not know, so that an app learns of a wrong name."""

    is_exact = True

    def to_internal_value(self, data: Any) -> Any:
        """The fields; raises ValidationError for any other."""
        found = super().to_internal_value(data)
        if unknown := set(data) - set(self.fields):
            raise serializers.ValidationError(
                {name: ["This is not taken."] for name in sorted(unknown)}, code="unknown"
            )
        return found


class SwitchField(serializers.BooleanField):
    """`true` or `false`, and no other way to say it."""

    def to_internal_value(self, data: Any) -> bool:
        """The switch."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


@extend_schema_field({"type": "string", "pattern": f"^{CLOCK.pattern}$"})
class ClockField(serializers.CharField):
    """A time of day, such as `22:00`."""

    default_error_messages = {"clock": "Write hours and minutes, such as 22:00."}

    def to_internal_value(self, data: Any) -> time:  # type: ignore[override]
        """The time."""
        found = CLOCK.fullmatch(super().to_internal_value(data))
        if found is None:
            self.fail("clock")
        return time(int(found[1]), int(found[2]))

    def to_representation(self, value: time) -> str:  # type: ignore[override]
        """Hours and minutes."""
        return f"{value:%H:%M}"


class TimeZoneField(serializers.CharField):
    """The IANA name of a time zone, such as `Europe/Vienna`."""

    default_error_messages = {"unknown": "This is no time zone of the IANA database."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=64, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        """The name."""
        name = super().to_internal_value(data)
        if name not in _zones():
            self.fail("unknown")
        return name


@cache
def _zones() -> set[str]:
    return available_timezones() - NOT_A_PLACE
