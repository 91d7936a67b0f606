"""Playgrounds, favourites and reviews, search and import."""

from django.apps import AppConfig


class PlaygroundsConfig(AppConfig):
    """Playgrounds, favourites and reviews, search and import."""

    name = "playgrounds"
    verbose_name = "places to meet"
