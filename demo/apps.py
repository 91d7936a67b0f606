"""A town of made-up dogs, for development and demonstrations."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """A town of made-up dogs, for development and demonstrations."""

    name = "demo"
    verbose_name = "demo town"
