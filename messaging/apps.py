"""Conversations and messages."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Conversations and messages."""

    name = "messaging"
    verbose_name = "conversations"
