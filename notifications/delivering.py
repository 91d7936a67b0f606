"""Bringing notifications to devices: claim, compose, send, note what came of it.

Each notification that is not finished has a job that looks after it (`send`), which takes along what
else is due, up to a provider's batch. A claim is a lease: what a killed worker was sending is due
again when its time is up, and goes out a second time with the same id if the provider had it already.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from notifications import push
from notifications.composing import decide
from notifications.models import Delivery, Outage, Provider
from notifications.outcomes import note, settle
from notifications.push import Push, Verdict
from pupmatch.lib.jobs import enqueue, enqueue_many

# Longer than a request takes; how long a killed worker's deliveries wait.
LEASE = timedelta(seconds=9)
LOOK_AGAIN = timedelta(seconds=1)
# What is due later than this is found by `send_waiting`, so that no job waits for hours.
SOON = timedelta(minutes=1)
SENT_AT_ONCE = 1000


def send(*, notification_id: UUID) -> None:
    """Send this notification to the devices that it waits for, and what else is due."""
    mine = Delivery.objects.waiting().filter(notification=notification_id)
    for provider in set(mine.values_list("device__provider", flat=True)):
        if rest := Outage.objects.rest_of(provider):
            due = mine.due(timezone.now()).filter(device__provider=provider)
            due.update(due_at=rest, claim=None)
        else:
            _send_due(provider)
    earliest = mine.order_by("due_at").values_list("due_at", "claim").first()
    if earliest:
        _look_after(notification_id, *earliest)


def _look_after(notification_id: UUID, due_at: datetime, claim: UUID | None) -> None:
    now = timezone.now()
    if claim:
        # Somebody else is sending it and will be done in a moment, or was killed.
        due_at = min(due_at, now + LOOK_AGAIN)
    if due_at <= now + SOON:
        enqueue("notifications.tasks.send", notification_id=notification_id, at=due_at)


def send_waiting() -> int:
    """Have sent what is due and what no job looks after; says how many notifications that is."""
    due = Delivery.objects.due(timezone.now() - LEASE).order_by("due_at")
    ids = list(dict.fromkeys(due.values_list("notification_id", flat=True)[:SENT_AT_ONCE]))
    enqueue_many("notifications.tasks.send", [{"notification_id": pk} for pk in ids])
    return len(ids)


def _send_due(provider: str) -> None:
    batch = _claim(provider)
    groups = [batch] if batch else []
    while groups:
        # Composed right before it is sent: while another group was, somebody may have been banned.
        ready = _decided(groups.pop())
        if ready:
            groups += _sent(provider, ready)
        if groups:
            _renew(batch[0].claim)


def _sent(provider: str, ready: list[tuple[Delivery, Push]]) -> Collection[list[Delivery]]:
    """Send these, and say which are to be sent again, apart from each other."""
    began = timezone.now()
    deliveries = [delivery for delivery, _ in ready]
    outcomes = push.send(provider, [each for _, each in ready])
    note(provider, deliveries, outcomes, began=began)
    apart = defaultdict(list)
    for delivery, outcome in zip(deliveries, outcomes, strict=True):
        if outcome.verdict == Verdict.APART:
            apart[outcome.group].append(delivery)
    return apart.values()


@transaction.atomic
def _claim(provider: str) -> list[Delivery]:
    """Take what is due, as much as the provider takes at once; nobody else takes it until due."""
    now = timezone.now()
    due = (
        Delivery.objects.due(now)
        .filter(device__provider=provider)
        .select_related("notification", "device")
        .order_by("due_at", "pk")
        .select_for_update(of=("self",), skip_locked=True, no_key=True)
    )
    batch = _merged(list(due[: push.BATCH_SIZE[Provider(provider)]]))
    claim = uuid4()
    for delivery in batch:
        delivery.claim, delivery.due_at = claim, now + LEASE
    Delivery.objects.bulk_update(batch, ["claim", "due_at", "from_position"])
    return batch


def _merged(due: list[Delivery]) -> list[Delivery]:
    """One for each device: the last one tells what the others would have told, too."""
    by_device: dict[UUID, list[Delivery]] = defaultdict(list)
    for delivery in sorted(due, key=lambda delivery: delivery.notification.to_position):
        by_device[delivery.device_id].append(delivery)
    earlier = [delivery for each in by_device.values() for delivery in each[:-1]]
    if earlier:
        for each in by_device.values():
            each[-1].from_position = min(delivery.from_position for delivery in each)
        merged = Delivery.objects.filter(pk__in=[delivery.pk for delivery in earlier])
        merged.update(state=Delivery.State.MERGED, claim=None)
        settle({delivery.notification_id for delivery in earlier})
    return [each[-1] for each in by_device.values()]


def _decided(batch: list[Delivery]) -> list[tuple[Delivery, Push]]:
    """What is to be sent now; the rest is put off or dropped."""
    mine = Delivery.objects.filter(claim=batch[0].claim)
    ready, others = [], []
    for delivery, decision in zip(batch, decide(batch), strict=True):
        if decision.push:
            ready.append((delivery, decision.push))
            continue
        others.append(delivery)
        delivery.claim = None
        if decision.postponed_until:
            delivery.due_at = decision.postponed_until
        else:
            delivery.state = Delivery.State.DROPPED
    if others:
        with transaction.atomic():
            mine.bulk_update(others, ["claim", "due_at", "state"])
            settle({delivery.notification_id for delivery in others})
    return ready


def _renew(claim: UUID | None) -> None:
    Delivery.objects.filter(claim=claim).update(due_at=timezone.now() + LEASE)
