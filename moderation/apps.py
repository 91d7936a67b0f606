"""Reports with their evidence, cases, decisions, appeals; blocking."""

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    """Reports with their evidence, cases, decisions, appeals; blocking."""

    name = "moderation"
    verbose_name = "safety"

    def ready(self) -> None:
        """Whoever leaves is known again by what they left with."""
        from accounts.departures import before_erasure, before_leaving
        from moderation.departures import mark_leaver
        from moderation.digests import remember

        before_leaving(remember)
        before_erasure(mark_leaver)
