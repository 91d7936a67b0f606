"""What knows no domain: ids, problems, pages, limits, files."""

from django.apps import AppConfig
from django.urls import register_converter

from pupmatch.lib.converters import IdConverter
from pupmatch.lib.metrics import add_collector


class LibConfig(AppConfig):
    """Carries the few tables that serve every room."""

    name = "pupmatch.lib"
    label = "lib"
    verbose_name = "plumbing"

    def ready(self) -> None:
        """Make `<id:...>` known before any address is read, and the queue to /metrics."""
        from pupmatch.lib.jobs.metrics import QueueCollector  # needs the models

        register_converter(IdConverter, "id")
        add_collector(QueueCollector())
