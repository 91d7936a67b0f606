"""Noting what a provider said: an attempt for staff to look at, and what it means for the delivery."""

import random
from collections.abc import Iterable, Sequence
from copy import copy
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, Value, When
from django.utils import timezone

from notifications.models import Delivery, Device, Notification, Outage, PushAttempt
from notifications.push import Outcome, Verdict
from pupmatch.lib.retries import deletes_a_crowd

State = Delivery.State
Step = PushAttempt.Step

LONGEST_WAIT_S = 900.0
RECEIPT_AFTER = timedelta(minutes=15)
# Expo forgets receipts after a day, and nobody wants to be told yesterday's news.
GIVEN_UP_AFTER = timedelta(hours=24)


def note(
    provider: str,
    deliveries: Sequence[Delivery],
    outcomes: Sequence[Outcome],
    *,
    began: datetime,
    step: str = Step.SEND,
) -> None:
    """Note the outcomes of one request, and forget the devices that are gone."""
    _store(provider, deliveries, outcomes, step)
    for delivery, outcome in zip(deliveries, outcomes, strict=True):
        if outcome.verdict == Verdict.GONE:
            # Not one that has got another token since then.
            sent_at = delivery.sent_at or began
            Device.objects.filter(pk=delivery.device_id, token_set_at__lte=sent_at).delete()


# Tried again when somebody's rows go at the same moment: what the provider said is said only once.
@deletes_a_crowd
def _store(
    provider: str, deliveries: Sequence[Delivery], outcomes: Sequence[Outcome], step: str
) -> None:
    rest = _note_outage(provider, outcomes)
    # Whoever took too long finds that somebody else is sending it by now, and changes nothing.
    held = {delivery.pk for delivery in _still(deliveries)}
    kept = _kept({delivery.notification_id for delivery in deliveries})
    attempts, changed = [], []
    for delivery, outcome in zip(deliveries, outcomes, strict=True):
        if delivery.notification_id in kept:
            attempts.append(_attempt(provider, delivery, outcome, step))
        if delivery.pk in held:
            changed.append(_after(delivery, outcome, step, rest))
    PushAttempt.objects.bulk_create(attempts)
    Delivery.objects.bulk_update(
        changed, ["state", "claim", "due_at", "tries", "ticket", "sent_at"]
    )
    settle(kept)


def _still(deliveries: Sequence[Delivery]) -> Iterable[Delivery]:
    first = deliveries[0]
    unchanged = Delivery.objects.filter(
        pk__in=[delivery.pk for delivery in deliveries], claim=first.claim, state=first.state
    )
    return unchanged.order_by("pk").select_for_update(no_key=True).only("pk")


def _kept(notification_ids: set[UUID]) -> set[UUID]:
    rows = Notification.objects.filter(pk__in=notification_ids).order_by("pk")
    return set(rows.select_for_update(no_key=True).values_list("pk", flat=True))


def _attempt(provider: str, delivery: Delivery, outcome: Outcome, step: str) -> PushAttempt:
    return PushAttempt(
        notification_id=delivery.notification_id,
        device_id=delivery.device_id,
        provider=provider,
        step=step,
        verdict=outcome.verdict,
        status_code=outcome.status_code,
        ticket=outcome.ticket,
        detail=outcome.detail,
        duration_ms=outcome.duration_ms,
    )


def _note_outage(provider: str, outcomes: Sequence[Outcome]) -> datetime | None:
    """Whether, and until when, the provider as a whole has to be left alone."""
    failed = next((outcome for outcome in outcomes if outcome.is_outage), None)
    if failed is None:
        Outage.objects.filter(provider=provider).delete()
        return None
    now = timezone.now()
    outage = Outage.objects.filter(provider=provider).first() or Outage(provider, until=now)
    outage.failures += 1
    wait = max(failed.retry_after or 0, _backoff(outage.failures))
    outage.until = max(outage.until, now + timedelta(seconds=wait))
    # Somebody else may have noted the same, or that it is over, since we looked.
    Outage.objects.bulk_create(
        [outage],
        update_conflicts=True,
        update_fields=["failures", "until"],
        unique_fields=["provider"],
    )
    return outage.until


def _backoff(failures: int) -> float:
    """Seconds: about 1, 2, 4 … and a quarter of an hour at most."""
    return min(2.0 ** (failures - 1), LONGEST_WAIT_S) * random.uniform(0.75, 1.25)


def _after(delivery: Delivery, outcome: Outcome, step: str, rest: datetime | None) -> Delivery:
    """What becomes of a delivery; a copy, because the transaction may start afresh."""
    after = copy(delivery)
    if outcome.verdict == Verdict.APART:
        return after
    after.claim = None
    if outcome.verdict == Verdict.ACCEPTED:
        after.state, after.sent_at, after.ticket = State.ACCEPTED, timezone.now(), outcome.ticket
        after.due_at = after.sent_at + RECEIPT_AFTER
    elif outcome.verdict == Verdict.DELIVERED:
        after.state = State.DELIVERED
    elif outcome.verdict == Verdict.PENDING or (step == Step.RECEIPT and outcome.is_outage):
        _ask_again(after)
    elif outcome.verdict == Verdict.RETRY:
        _send_again(after, outcome, rest)
    else:
        after.state = State.FAILED
    return after


def _ask_again(delivery: Delivery) -> None:
    """For its receipt, after as long as it is on its way already; not for ever."""
    now = timezone.now()
    age = now - (delivery.sent_at or now)
    delivery.due_at = now + max(age, RECEIPT_AFTER)
    if age > GIVEN_UP_AFTER:
        delivery.state = State.UNCONFIRMED


def _send_again(delivery: Delivery, outcome: Outcome, rest: datetime | None) -> None:
    now = timezone.now()
    if now - delivery.notification.created_at > GIVEN_UP_AFTER:
        delivery.state = State.FAILED
        return
    delivery.state = State.WAITING
    if rest:
        delivery.due_at = rest
        return
    delivery.tries += 1
    wait = max(outcome.retry_after or 0, _backoff(delivery.tries))
    delivery.due_at = now + timedelta(seconds=wait)


def settle(notification_ids: Iterable[UUID]) -> None:
    """Let these notifications say what became of their deliveries."""
    ways: list[tuple[str, list[str]]] = [
        (Notification.State.SENT, [State.ACCEPTED, State.DELIVERED, State.UNCONFIRMED]),
        (Notification.State.WAITING, [State.WAITING]),
        (Notification.State.MERGED, [State.MERGED]),
        (Notification.State.DROPPED, [State.DROPPED]),
    ]
    mine = Delivery.objects.filter(notification=OuterRef("pk"))
    cases = [When(Exists(mine.filter(state__in=states)), Value(name)) for name, states in ways]
    Notification.objects.filter(pk__in=notification_ids).update(
        state=Case(*cases, default=Value(Notification.State.FAILED))
    )
