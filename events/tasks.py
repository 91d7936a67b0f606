"""Upkeep of streams."""

from events import services
from pupmatch.lib.jobs import task


@task(queue="upkeep", tries=3, every="31 3 * * *")
def forget_expired() -> None:
    """Events older than what is kept."""
    services.forget_expired()
