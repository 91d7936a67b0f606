"""Shapes of accounts, sign-ins and tokens."""

from typing import Any

from django.utils.encoding import punycode
from rest_framework import serializers

from accounts.models import Session, User, normalize_email

MAX_PASSWORD = 128
# Ours are shorter; what is longer need not be looked at.
MAX_TOKEN = 2048


class AddressField(serializers.EmailField):
    """An e-mail address, in the one form in which it is kept: lower case, its domain in ASCII."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        local, _, domain = super().to_internal_value(data).rpartition("@")
        try:
            address = normalize_email(f"{local}@{punycode(domain)}")
        except UnicodeError:
            self.fail("invalid")
        # Quoted local parts may hold blanks and control characters, and belong to nobody.
        if not address.isascii() or '"' in address:
            self.fail("invalid")
        return address


class PasswordField(serializers.CharField):
    """A password, taken to the letter: no blank is trimmed, no character replaced."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=MAX_PASSWORD,
            trim_whitespace=False,
            write_only=True,
            style={"input_type": "password"},
            **kwargs,
        )


class CredentialsSerializer(serializers.Serializer):
    """What one signs in with."""

    email = AddressField()
    password = PasswordField()
    device_id = serializers.UUIDField(
        required=False,
        help_text="The installation's id, as in `PUT /me/devices/{id}`. Send it with every sign-in.",
    )


class TokenPairSerializer(serializers.Serializer):
    """The tokens of a sign-in."""

    access = serializers.CharField(
        read_only=True, help_text="For the `Authorization` header; lives 15 minutes."
    )
    refresh = serializers.CharField(
        read_only=True, help_text="Good once, for the next pair, within 60 days."
    )


class RefreshSerializer(serializers.Serializer):
    """The refresh token to spend."""

    refresh = serializers.CharField(max_length=MAX_TOKEN)


class AddressSerializer(serializers.Serializer):
    """The address that a mail goes to."""

    email = AddressField()


class LinkTokenSerializer(serializers.Serializer):
    """The token of a mailed link: what follows `#token=`."""

    token = serializers.CharField(max_length=MAX_TOKEN)


class PasswordResetSerializer(LinkTokenSerializer):
    """A new password, by a mailed link."""

    password = PasswordField()


class PasswordChangeSerializer(serializers.Serializer):
    """A new password, by the current one."""

    current_password = PasswordField()
    password = PasswordField()


class PasswordSerializer(serializers.Serializer):
    """The password, asked again."""

    password = PasswordField()


class AccountSerializer(serializers.ModelSerializer):
    """An account."""

    email_verified = serializers.BooleanField(source="is_email_verified", read_only=True)

    class Meta:
        model = User
        fields = ("id", "email", "email_verified", "created_at")
        read_only_fields = fields


class AccountChangeSerializer(serializers.Serializer):
    """What may be changed of an account; a new address needs the current password."""

    email = AddressField(required=False)
    current_password = PasswordField(required=False)

    def validate(self, attrs: dict) -> dict:
        if "email" in attrs and "current_password" not in attrs:
            raise serializers.ValidationError(
                {"current_password": ["A new address needs the current password."]}, "required"
            )
        return attrs


class RegistrationSerializer(TokenPairSerializer):
    """A new account, signed in."""

    user = AccountSerializer(read_only=True)


class SessionSerializer(serializers.ModelSerializer):
    """One sign-in on one device."""

    is_current = serializers.SerializerMethodField(help_text="The one that asks.")

    class Meta:
        model = Session
        fields = ("id", "ip_address", "user_agent", "created_at", "last_used_at", "is_current")
        read_only_fields = fields
        extra_kwargs = {
            "ip_address": {"help_text": "Where it was last used from."},
            "last_used_at": {"help_text": "When its tokens were last refreshed."},
        }

    def get_is_current(self, session: Session) -> bool:
        return session == self.context["request"].auth
