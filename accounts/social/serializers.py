"""Shapes of Sign in with Apple and Google."""

from rest_framework import serializers

from accounts.serializers import MAX_ID_TOKEN, MAX_NONCE, PasswordField, ProofSerializer
from accounts.social.identities import IdToken
from accounts.social.providers import NAMES


class NonceSerializer(serializers.Serializer):
    """A number to be used once, within ten minutes."""

    nonce = serializers.CharField(help_text="Keep it, and send it with the ID token.")
    hashed_nonce = serializers.CharField(
        help_text="Hand it to the provider's SDK as the nonce: SHA-256 of `nonce`, in hexadecimal."
    )
    expires_at = serializers.DateTimeField()
    providers = serializers.ListField(
        child=serializers.ChoiceField(choices=NAMES), help_text="Those that are switched on."
    )


class IdTokenSerializer(serializers.Serializer):
    """What the provider's SDK gave the app."""

    id_token = serializers.CharField(max_length=MAX_ID_TOKEN, write_only=True)
    nonce = serializers.CharField(max_length=MAX_NONCE, write_only=True)

    def validate(self, attrs: dict) -> dict:
        """With `token` for the pair."""
        token = IdToken(attrs.pop("id_token"), attrs.pop("nonce"))
        return {**attrs, "token": token}


class SocialSignInSerializer(IdTokenSerializer):
    """What one signs in with."""

    device_id = serializers.UUIDField(
        required=False,
        help_text="The installation's id, as in `PUT /me/devices/{id}`. Send it with every sign-in.",
    )


class LinkSerializer(IdTokenSerializer):
    """Another way in, and what shows that the account is one's own."""

    current_password = PasswordField(required=False)
    current_id_token = serializers.CharField(
        max_length=MAX_ID_TOKEN,
        required=False,
        write_only=True,
        help_text="In place of the password: of the provider that is linked already.",
    )
    current_nonce = serializers.CharField(max_length=MAX_NONCE, required=False, write_only=True)

    def validate(self, attrs: dict) -> dict:
        """With `token` for what is added, and `proof` for what `credentials.confirm` takes."""
        shown = {
            name: attrs.pop(f"current_{name}")
            for name in ("password", "id_token", "nonce")
            if f"current_{name}" in attrs
        }
        if "password" in shown:
            proof = {"password": shown["password"]}
        elif {"id_token", "nonce"} <= set(shown):
            proof = {"token": IdToken(**shown)}
        else:
            raise serializers.ValidationError(
                {"current_password": [ProofSerializer.NEEDED]}, "required"
            )
        return {**super().validate(attrs), "proof": proof}


class LinkedProviderSerializer(serializers.Serializer):
    """Somebody whom Apple or Google knows, who may sign in to the account."""

    provider = serializers.ChoiceField(choices=NAMES)
    email = serializers.SerializerMethodField(
        help_text="The address that the provider told when it was linked, or null."
    )
    linked_at = serializers.DateTimeField(source="date_joined")

    def get_email(self, link: object) -> str | None:
        return getattr(link, "extra_data", {}).get("email")


class WaysInSerializer(serializers.Serializer):
    """What opens the account."""

    has_password = serializers.BooleanField()
    linked = LinkedProviderSerializer(many=True)
