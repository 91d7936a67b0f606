"""Shapes of tickets and of the stream."""

from typing import Any

from rest_framework import serializers

LONGEST_WAIT_S = 25


class TicketSerializer(serializers.Serializer):
    """Connect to `url`, with `&after=` your position, before `expires_at`; it works once."""

    ticket = serializers.CharField()
    url = serializers.CharField(help_text="`wss://…/ws?ticket=…`")
    expires_at = serializers.DateTimeField()


class DigitsField(serializers.IntegerField):
    """A number as the socket takes it: digits, and none of the other spellings of integers."""

    def to_internal_value(self, data: Any) -> int:
        if not (str(data).isascii() and str(data).isdigit()):
            self.fail("invalid")
        return super().to_internal_value(data)


class EventQuerySerializer(serializers.Serializer):
    """Where to go on from, and how long to wait for news."""

    after = DigitsField(
        min_value=0,
        max_value=2**63 - 1,
        default=0,
        help_text="The position of the last event that you have; 0 for everything that is kept.",
    )
    wait = DigitsField(
        min_value=0,
        default=0,
        help_text=f"Seconds to wait when there is nothing yet; at most {LONGEST_WAIT_S}.",
    )

    def validate_wait(self, value: int) -> int:
        return min(value, LONGEST_WAIT_S)


class EventSerializer(serializers.Serializer):
    """Something that happened to me."""

    position = serializers.IntegerField(help_text="1, 2, 3 … in my own stream, without a gap.")
    type = serializers.CharField(help_text="Such as `message.created`; skip what you do not know.")
    at = serializers.DateTimeField()
    data = serializers.DictField(help_text="What it is about, as it is now.")  # type: ignore[assignment]


class EventPageSerializer(serializers.Serializer):
    """The next events in order; go on with `after=position`, at once while `has_more`."""

    events = EventSerializer(many=True)
    position = serializers.IntegerField()
    has_more = serializers.BooleanField()
