"""How people learn what happened: the socket and the long poll."""

from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    """How people learn what happened: the socket and the long poll."""

    name = "realtime"
    verbose_name = "open connections"
