"""Playgrounds and favourites, search and import."""

from django.apps import AppConfig


class PlaygroundsConfig(AppConfig):
    """Playgrounds and favourites, search and import."""

    name = "playgrounds"
    verbose_name = "places to meet"
