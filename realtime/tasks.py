"""Background work around sockets."""

from pupmatch.lib.jobs import task
from realtime import services


@task(queue="upkeep", tries=3, every="*/10 * * * *")
def forget_expired_tickets() -> None:
    """Remove the tickets that nobody used."""
    services.forget_expired_tickets()
