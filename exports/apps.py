"""Everything stored about somebody, handed to them in one file."""

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """Everything stored about somebody, handed to them in one file."""

    name = "exports"
    verbose_name = "exports"
