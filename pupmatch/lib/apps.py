"""What knows no domain: ids, problems, pages, limits, files."""

from django.apps import AppConfig


class LibConfig(AppConfig):
    """Carries the few tables that serve every room."""

    name = "pupmatch.lib"
    label = "lib"
    verbose_name = "plumbing"
