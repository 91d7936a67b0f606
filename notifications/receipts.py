"""Asking Expo, a quarter of an hour later, what became of what it accepted."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from notifications import push
from notifications.models import Delivery, Outage, Provider, PushAttempt
from notifications.outcomes import note

LEASE = timedelta(minutes=1)
REQUESTS_AT_ONCE = 20


def read_receipts() -> int:
    """Read what is due, a thousand at a time; says how many receipts were asked for."""
    asked = 0
    for _ in range(REQUESTS_AT_ONCE):
        if Outage.objects.rest_of(Provider.EXPO):
            break
        began, batch = timezone.now(), _claim()
        if not batch:
            break
        outcomes = push.receipts([delivery.ticket for delivery in batch])
        note(Provider.EXPO, batch, outcomes, began=began, step=PushAttempt.Step.RECEIPT)
        asked += len(batch)
    return asked


@transaction.atomic
def _claim() -> list[Delivery]:
    now = timezone.now()
    due = (
        Delivery.objects.unconfirmed(now)
        .select_related("notification")
        .order_by("due_at", "pk")
        .select_for_update(of=("self",), skip_locked=True, no_key=True)
    )
    batch = list(due[: push.RECEIPTS_AT_ONCE])
    Delivery.objects.filter(pk__in=[delivery.pk for delivery in batch]).update(due_at=now + LEASE)
    return batch
