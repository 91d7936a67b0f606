"""Shapes of devices and of what people want to be told."""

from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from rest_framework import serializers

from notifications import tokens
from notifications.fields import LOCALE, ClockField, StrictSerializer, SwitchField, TimeZoneField
from notifications.models import Device, Platform, Provider

CHECKS = {
    Provider.EXPO: tokens.checked_expo_token,
    Provider.WEBPUSH: tokens.checked_subscription,
}


class DeviceInputSerializer(serializers.Serializer):
    """What an installation says about itself.

    `token` is an Expo push token, or the JSON of a browser's PushSubscription.
    """

    provider = serializers.ChoiceField(Provider.choices)
    token = serializers.CharField(max_length=tokens.MAX_TOKEN)
    platform = serializers.ChoiceField(Platform.choices)
    time_zone = TimeZoneField()
    locale = serializers.RegexField(LOCALE, max_length=35)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        try:
            attrs["token"] = CHECKS[Provider(attrs["provider"])](attrs["token"])
        except DjangoValidationError as error:
            raise serializers.ValidationError({"token": error.messages}, error.code) from error
        return attrs


class DeviceSerializer(serializers.ModelSerializer):
    """A device that is pushed to. Its token is not told again."""

    id = serializers.UUIDField(source="installation_id", help_text="Chosen by the installation.")
    token_ending = serializers.CharField(help_text="The last letters of the token.")
    is_current = serializers.SerializerMethodField(help_text="Registered by this sign-in.")

    class Meta:
        model = Device
        fields = (
            "id", "provider", "platform", "time_zone", "locale", "token_ending", "is_current",
            "created_at", "registered_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_is_current(self, device: Device) -> bool:
        return device.session_id == self.context["request"].auth.pk


class WebPushKeySerializer(serializers.Serializer):
    """What a browser needs to subscribe."""

    public_key = serializers.CharField(help_text="The `applicationServerKey`, in base64url.")


class ChannelsSerializer(StrictSerializer):
    """Which ways one kind of news is told; mail goes to people without a device."""

    push = SwitchField(required=False)
    email = SwitchField(required=False)


class KindsSerializer(StrictSerializer):
    """Every kind of news."""

    new_match = ChannelsSerializer(required=False)
    new_message = ChannelsSerializer(required=False)
    new_like = ChannelsSerializer(required=False)


class QuietHoursSerializer(StrictSerializer):
    """From `start` up to `end`; over midnight when `end` is the earlier one."""

    start = ClockField()
    end = ClockField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["start"] == attrs["end"]:
            raise serializers.ValidationError("The two ends must differ.", "empty_quiet_hours")
        return attrs


class NotificationPreferencesSerializer(serializers.Serializer):
    """What I want to be told, how and when."""

    kinds = KindsSerializer()
    previews = serializers.BooleanField(help_text="Whether pushes may show a message's text.")
    quiet_hours = QuietHoursSerializer(
        allow_null=True, help_text="Nothing is pushed then; one push tells of it afterwards."
    )
    time_zone = serializers.CharField(
        source="zone", help_text="That the quiet hours are told in; by default the device's."
    )


class NotificationPreferencesChangeSerializer(StrictSerializer):
    """What to change; the rest stays, each switch of each kind by itself."""

    kinds = KindsSerializer(required=False)
    previews = SwitchField(required=False)
    quiet_hours = QuietHoursSerializer(required=False, allow_null=True)
    time_zone = TimeZoneField(
        required=False, allow_null=True, help_text="null for the one of the latest device."
    )
