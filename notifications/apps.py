"""Push, mail, and what people want to be told."""

from django.apps import AppConfig

from pupmatch.lib.metrics import add_collector


class NotificationsConfig(AppConfig):
    """Push, mail, and what people want to be told."""

    name = "notifications"
    verbose_name = "notifications"

    def ready(self) -> None:
        """Make pushes known to /metrics."""
        from notifications.metrics import PushCollector  # needs the models

        add_collector(PushCollector())
