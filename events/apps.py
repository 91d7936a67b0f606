"""What happened to each person, in order."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """What happened to each person, in order."""

    name = "events"
    verbose_name = "what happened"
