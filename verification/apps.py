"""Badges of dogs whose owner showed a document, which staff looked at."""

from django.apps import AppConfig


class VerificationConfig(AppConfig):
    """Badges of dogs whose owner showed a document, which staff looked at."""

    name = "verification"
    verbose_name = "verification"
