"""Jobs around notifications. Each looks at the rows first, and may run twice."""

from uuid import UUID

from notifications import delivering, digests, receipts, services, telling
from pupmatch.lib.jobs import task

# Many, because nothing else would tell the person: a day of failing, about.
TRIES = 30


@task(queue="push", tries=TRIES)
def notify(user_id: str) -> None:
    """Make one notification of what waits to be told to a person."""
    telling.notify(user_id=UUID(user_id))


@task(queue="push", tries=TRIES)
def send(notification_id: str) -> None:
    """Send a notification to the devices that it waits for."""
    delivering.send(notification_id=UUID(notification_id))


@task(queue="push", tries=3, every="* * * * *")
def release_held() -> None:
    """Notify those whose quiet hours are over."""
    telling.release_held()


@task(queue="push", tries=3, every="* * * * *")
def notify_forgotten() -> None:
    """Notify those whose job was discarded, or failed for good."""
    telling.notify_forgotten()


@task(queue="push", tries=3, every="* * * * *")
def send_waiting() -> None:
    """Send what was put off for longer."""
    delivering.send_waiting()


@task(queue="push", tries=3, every="* * * * *")
def read_receipts() -> None:
    """Ask Expo what became of what it accepted a quarter of an hour ago."""
    receipts.read_receipts()


@task(queue="mail", tries=3, every="7 * * * *")
def start_digests() -> None:
    """Look for people who may be due a digest."""
    digests.start_digests()


@task(queue="mail", tries=3)
def digest(user_id: str) -> None:
    """Make a person's digest, if it is due."""
    digests.digest(user_id=UUID(user_id))


@task(queue="mail", tries=12)
def mail_digest(notification_id: str) -> None:
    """Mail a digest."""
    digests.mail_digest(notification_id=UUID(notification_id))


@task(queue="upkeep", tries=3, every="53 3 * * *")
def clear_old() -> None:
    """Remove notifications and attempts after 30 days."""
    services.clear_old()
