"""Shapes of tickets and of the stream."""

from typing import Any

from rest_framework import serializers

from pupmatch.lib.schema import BareProblemSerializer
from realtime.kinds import event_field

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
        max_value=2**63 - 1,
        default=0,
        help_text=f"Seconds to wait when there is nothing yet; at most {LONGEST_WAIT_S}.",
    )

    def validate_wait(self, value: int) -> int:
        return min(value, LONGEST_WAIT_S)


class EventPageSerializer(serializers.Serializer):
    """The next events in order; go on with `after=position`, at once while `has_more`."""

    events = serializers.ListField(
        child=event_field(),
        help_text="Skip those whose `type` you do not know: there will be more.",
    )
    position = serializers.IntegerField()
    has_more = serializers.BooleanField()


class CursorExpiredSerializer(BareProblemSerializer):
    """What came after the cursor is no longer kept.

    Fetch anew what you show, and go on from `position`.
    """

    code = serializers.ChoiceField(["cursor_expired"])  # type: ignore[assignment]
    position = serializers.IntegerField(help_text="Where my stream ends.")


class TooManyPollsSerializer(BareProblemSerializer):
    """More requests of one person wait, or are being answered, than may. Ask again after a pause."""

    code = serializers.ChoiceField(["too_many_polls", "throttled"])  # type: ignore[assignment]
