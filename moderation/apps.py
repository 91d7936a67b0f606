"""Blocking, which ends whatever two people share."""

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    """Blocking, which ends whatever two people share."""

    name = "moderation"
    verbose_name = "safety"
