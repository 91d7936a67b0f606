"""Reports with their evidence, cases, decisions, appeals; blocking."""

from django.apps import AppConfig


class ModerationConfig(AppConfig):
    """Reports with their evidence, cases, decisions, appeals; blocking."""

    name = "moderation"
    verbose_name = "safety"

    def ready(self) -> None:
        """Whoever leaves is known again by what they left with."""
        from django.db.models.signals import pre_delete

        from accounts.departures import before_leaving
        from accounts.models import User
        from moderation.departures import mark_leaver
        from moderation.digests import remember

        before_leaving(remember)
        pre_delete.connect(mark_leaver, sender=User)
