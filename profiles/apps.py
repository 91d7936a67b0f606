"""Profiles, photos, prompts, preferences, place."""

from django.apps import AppConfig


class ProfilesConfig(AppConfig):
    """Profiles, photos, prompts, preferences, place."""

    name = "profiles"
    verbose_name = "the dogs"
