"""Shapes of accounts, sign-ins and tokens."""

from typing import Any, ClassVar

from django.utils.encoding import punycode
from rest_framework import serializers

from accounts.models import AuthenticationAttempt, Session, User, normalize_email
from accounts.social.identities import IdToken

MAX_PASSWORD = 128
# Ours are shorter; what is longer need not be looked at.
MAX_TOKEN = 2048
MAX_ADDRESS = 254
# Those of Apple and Google have about a thousand characters.
MAX_ID_TOKEN = 8192
MAX_NONCE = 100


class AddressField(serializers.EmailField):
    """An e-mail address, in the one form in which it is kept: lower case, its domain in ASCII."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_ADDRESS, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        given = super().to_internal_value(data)
        # Before anything is made of it: what looks like few letters may be a million.
        if len(given) > MAX_ADDRESS:
            self.fail("max_length", max_length=MAX_ADDRESS)
        local, _, domain = given.rpartition("@")
        try:
            address = normalize_email(f"{local}@{punycode(domain)}")
        except UnicodeError:
            self.fail("invalid")
        # Before lower case, too: it makes an ASCII k of a Kelvin sign.
        if not local.isascii():
            self.fail("invalid")
        # Quoted local parts may hold blanks and control characters, and belong to nobody; an IP
        # address for a domain would send our mail wherever somebody likes.
        if not address.isascii() or '"' in address or "[" in address:
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


class ProofSerializer(serializers.Serializer):
    """What shows whose account it is: the password, or a fresh ID token with its nonce."""

    NEEDED: ClassVar[str] = "This needs the current password, or an ID token with its nonce."
    asked: ClassVar[str] = "current_password"

    id_token = serializers.CharField(
        max_length=MAX_ID_TOKEN,
        required=False,
        write_only=True,
        help_text="In place of the password: of a provider that is linked with the account.",
    )
    nonce = serializers.CharField(
        max_length=MAX_NONCE,
        required=False,
        write_only=True,
        help_text="The one whose hash is in the ID token, from `POST /auth/social/nonce`.",
    )

    def validate(self, attrs: dict) -> dict:
        """With `token` for the pair."""
        shown = IdToken(attrs.pop("id_token", ""), attrs.pop("nonce", ""))
        if self.asked in attrs or not self.is_asked(attrs):
            return attrs
        if not shown.id_token:
            raise serializers.ValidationError({self.asked: [self.NEEDED]}, "required")
        if not shown.nonce:
            raise serializers.ValidationError(
                {"nonce": ["An ID token needs its nonce."]}, "required"
            )
        return {**attrs, "token": shown}

    def is_asked(self, attrs: dict) -> bool:
        """Whether what was sent needs it."""
        return True


class PasswordChangeSerializer(ProofSerializer):
    """A new password, by the current one."""

    current_password = PasswordField(required=False)
    password = PasswordField()


class PasswordSerializer(ProofSerializer):
    """The password, asked again."""

    asked = "password"

    password = PasswordField(required=False)


class AccountSerializer(serializers.ModelSerializer):
    """An account."""

    email_verified = serializers.BooleanField(source="is_email_verified", read_only=True)

    class Meta:
        model = User
        fields = ("id", "email", "email_verified", "created_at")
        read_only_fields = fields


class AccountChangeSerializer(ProofSerializer):
    """What may be changed of an account; a new address needs the current password, or an ID token."""

    email = AddressField(required=False)
    current_password = PasswordField(required=False)

    def is_asked(self, attrs: dict) -> bool:
        """Nothing else may be changed."""
        return "email" in attrs


class RegistrationSerializer(TokenPairSerializer):
    """A new account, signed in."""

    user = AccountSerializer(read_only=True)


class SignInAttemptSerializer(serializers.ModelSerializer):
    """One attempt to sign in to the account, or to prove whose it is."""

    class Meta:
        model = AuthenticationAttempt
        fields = (
            "id", "method", "outcome", "ip_address", "user_agent", "session_id", "created_at",
        )  # fmt: skip
        read_only_fields = fields
        extra_kwargs = {
            "session_id": {
                "help_text": "The sign-in that it made or refreshed, if any; it may be over."
            }
        }


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
