"""What was handed out to apps and not used yet; who is linked with whom is allauth's SocialAccount."""

from datetime import timedelta

from django.db import models


class SignInNonce(models.Model):
    """A number that a provider puts into one ID token; only its hash is kept, and not for long."""

    LIFETIME = timedelta(minutes=10)

    digest = models.CharField(primary_key=True, max_length=64)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"nonce until {self.expires_at:%H:%M}"
