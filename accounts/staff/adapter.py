"""What django-allauth asks about second factors."""

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter

from accounts.models import User
from pupmatch.lib.seals import seal, unseal

SITE = "PupMatch"


class StaffAdapter(DefaultMFAAdapter):
    """Secrets are sealed, and passkeys belong to the host that the admin is at."""

    def encrypt(self, text: str) -> str:
        """A secret as it is stored."""
        return seal(text, use="second-factor")

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again. Raises NotSealed, as after a change of SECRET_KEY."""
        return unseal(encrypted_text, use="second-factor")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The host, by which browsers keep passkeys apart."""
        return {"id": context.request.get_host().partition(":")[0], "name": SITE}

    def get_public_key_credential_user_entity(self, user: User) -> dict:
        """Whose passkey it is; the browser shows the address."""
        return {"id": user.pk.bytes, "name": user.email, "display_name": user.email}
