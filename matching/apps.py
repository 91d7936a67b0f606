"""Likes, passes, matches, the deck."""

from django.apps import AppConfig


class MatchingConfig(AppConfig):
    """Likes, passes, matches, the deck."""

    name = "matching"
    verbose_name = "likes and matches"

    def ready(self) -> None:
        """Those who stay are told when somebody goes."""
        from accounts.departures import before_leaving
        from matching.services import leave

        before_leaving(leave)
