"""The port to those who carry notifications to devices: one function, whoever the provider is."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from notifications.models import Provider, PushAttempt

Verdict = PushAttempt.Verdict


class Push(NamedTuple):
    """A notification for one device. A second one with the same `id` is a repetition."""

    id: UUID
    token: str
    title: str
    body: str
    badge: int
    data: dict[str, Any]

    def payload(self) -> dict[str, Any]:
        """What the app finds beside the words."""
        return {"id": str(self.id), **self.data}


class Outcome(NamedTuple):
    """What the provider said to one push, or to the question for one receipt.

    `is_outage` says that it was about the whole provider and not this device. Of those to be sent
    APART, the ones with the same `group` may go together. Seconds in `retry_after`.
    """

    verdict: Verdict
    status_code: int | None = None
    ticket: str = ""
    detail: str = ""
    retry_after: float | None = None
    is_outage: bool = False
    group: str = ""
    duration_ms: int = 0


# How many pushes `send` takes at once.
BATCH_SIZE = {Provider.EXPO: 100, Provider.WEBPUSH: 16}
RECEIPTS_AT_ONCE = 1000


def send(provider: str, batch: Sequence[Push]) -> list[Outcome]:
    """Make one request (of each, where a provider takes one at a time) and tell how it went.

    Takes at most `http.LONGEST_S` seconds, and raises nothing for what the provider does.
    """
    # Loaded when needed: half of a small process would be their libraries.
    if provider == Provider.EXPO:
        from notifications.push import expo

        return expo.send(batch)
    from notifications.push import webpush

    return webpush.send(batch)


def receipts(tickets: Sequence[str]) -> list[Outcome]:
    """Ask what became of pushes that Expo accepted, by their tickets."""
    from notifications.push import expo

    return expo.receipts(tickets)


def web_push_key() -> str:
    """The public half of settings.VAPID_PRIVATE_KEY, as browsers want it."""
    from notifications.push import webpush

    return webpush.public_key()
