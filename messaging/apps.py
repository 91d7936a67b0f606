"""Conversations and messages."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Conversations and messages."""

    name = "messaging"
    verbose_name = "conversations"

    def ready(self) -> None:
        """A place that was shared stays where it is."""
        from messaging.services import is_shared
        from playgrounds.reliance import also_relied_on

        also_relied_on(is_shared)
