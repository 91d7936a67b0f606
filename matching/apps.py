"""Likes, passes, matches, the deck."""

from django.apps import AppConfig


class MatchingConfig(AppConfig):
    """Likes, passes, matches, the deck."""

    name = "matching"
    verbose_name = "likes and matches"
