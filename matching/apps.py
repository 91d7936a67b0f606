"""Likes, passes, matches, the deck."""

from django.apps import AppConfig


class MatchingConfig(AppConfig):
    """Likes, passes, matches, the deck."""

    name = "matching"
    verbose_name = "likes and matches"

    def ready(self) -> None:
        """Those who stay are told when somebody goes; who is stopped has written what they wrote.

        Passes outlive the dogs.
        """
        from accounts.barriers import before_restricting
        from accounts.departures import before_leaving
        from matching.former import give_passes_back, keep_passes
        from matching.services import leave, wait_for_writes
        from profiles.succession import between_dogs

        before_leaving(leave)
        before_restricting(wait_for_writes)
        between_dogs(keep=keep_passes, give_back=give_passes_back)
