"""What is looked at before people see it: texts, pictures, and who is not to come back."""

from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    """What is looked at before people see it."""

    name = "screening"
    verbose_name = "screening"
