"""Push, mail, and what people want to be told."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Push, mail, and what people want to be told."""

    name = "notifications"
    verbose_name = "notifications"
