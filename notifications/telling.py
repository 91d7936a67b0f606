"""Deciding what to tell whom, once for each event.

Whoever publishes an event sets `Stream.notify_from`, unless it is set, and has `notify` called a
moment later; here it is taken away together with everything up to the stream's end. Both happen
under the lock of the stream's row, so an event is either in that stretch or starts the next one.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.db.models.functions import Now
from django.utils import timezone

from events.models import Event, Stream
from events.publishing import NOTIFY
from notifications.models import (
    Delivery,
    Device,
    Notification,
    NotificationPreferences,
    preferences_of,
)
from notifications.news import Item, Scope, news_of
from notifications.services import wants_digest
from notifications.streams import held_stream
from notifications.texts import is_one_thing
from pupmatch.lib.jobs import enqueue, enqueue_many
from pupmatch.lib.models import Job

RELEASED_AT_ONCE = 1000
FORGOTTEN_AFTER = timedelta(minutes=5)


@transaction.atomic
def notify(*, user_id: UUID) -> Notification | None:
    """Make at most one notification of everything that waits to be told to a person's devices.

    In quiet hours it stays waiting, until `release_held`. Without a device it waits for the digest.
    """
    stream = held_stream(user_id)
    if stream is None or stream.notify_from is None:
        return None
    # Held, so that none goes before its deliveries are made.
    live = Device.objects.live().filter(user=user_id).select_for_update(of=("self",), no_key=True)
    devices = list(live.values_list("pk", flat=True))
    if not devices:
        _without_device(stream)
        return None
    preferences = preferences_of({user_id})[user_id]
    if quiet_end := preferences.quiet_until(timezone.now()):
        _hold(preferences, quiet_end)
        return None
    notification = made_of_waiting(stream, preferences.pushed, Notification.Channel.PUSH)
    if notification:
        _deliver_to(devices, notification)
    if preferences.held_until:
        _hold(preferences, None)
    return notification


def _without_device(stream: Stream) -> None:
    """Keep it for the digest, or else forget it; a device that went told nobody."""
    if wants_digest(stream.user_id):
        return
    stream.notify_from, stream.wants_notifications = None, False
    stream.save(update_fields=["notify_from", "wants_notifications"])


def _hold(preferences: NotificationPreferences, until: datetime | None) -> None:
    NotificationPreferences.objects.filter(pk=preferences.pk).update(held_until=until)


def made_of_waiting(stream: Stream, kinds: set[str], channel: str) -> Notification | None:
    """A notification of what waits in a stream that the caller has locked, as far as it is new.

    Nothing waits afterwards. None when there is nothing to tell.
    """
    assert stream.notify_from is not None  # noqa: S101 (what the caller has checked)
    scope = Scope(stream.user_id, stream.notify_from, stream.last_position)
    stream.notify_from = None
    stream.save(update_fields=["notify_from"])
    items = [item for item in news_of([scope])[scope] if item.kind in kinds]
    if not items:
        return None
    return Notification.objects.create(
        user_id=stream.user_id,
        channel=channel,
        from_position=scope.first,
        to_position=scope.last,
        **_subject(items),
    )


def _subject(items: list[Item]) -> dict[str, object]:
    if not is_one_thing(items):
        return {}
    return {"kind": items[0].kind, "subject_id": items[0].subject_id}


def _deliver_to(devices: list[UUID], notification: Notification) -> None:
    now = timezone.now()
    # A device that is to be left alone for a while gets both together then.
    earlier = Delivery.objects.waiting().filter(device__in=devices, claim=None)
    rests = dict(earlier.order_by().values_list("device").annotate(Max("due_at")))
    Delivery.objects.bulk_create(
        Delivery(
            notification=notification,
            device_id=device_id,
            due_at=max(now, rests.get(device_id, now)),
            from_position=notification.from_position,
        )
        for device_id in devices
    )
    enqueue("notifications.tasks.send", notification_id=notification.pk)


@transaction.atomic
def release_held() -> int:
    """Have those notified whose quiet hours are over, and say how many there were."""
    over = NotificationPreferences.objects.filter(held_until__lte=timezone.now())
    user_ids = list(
        over.order_by("held_until")
        .select_for_update(skip_locked=True, no_key=True)
        .values_list("pk", flat=True)[:RELEASED_AT_ONCE]
    )
    NotificationPreferences.objects.filter(pk__in=user_ids).update(held_until=None)
    enqueue_many(NOTIFY, [{"user_id": pk} for pk in user_ids])
    return len(user_ids)


def notify_forgotten() -> int:
    """Have those notified who wait for a job that is gone, and say how many there were.

    Further events make no job while one is thought to wait, so nothing else would.
    """
    # By now it would have run, or was put off by quiet hours. By the clock that dates events.
    overdue = Event.objects.filter(
        stream=OuterRef("pk"),
        position=OuterRef("notify_from"),
        at__lt=Now() - FORGOTTEN_AFTER,
    )
    held = NotificationPreferences.objects.filter(user=OuterRef("pk"), held_until__isnull=False)
    device = Device.objects.live().filter(user=OuterRef("pk"))
    waiting = Stream.objects.exclude(notify_from=None).filter(
        Exists(overdue), Exists(device), ~Exists(held)
    )
    some = [str(pk) for pk in waiting.values_list("pk", flat=True)[:RELEASED_AT_ONCE]]
    unfinished = Job.objects.filter(
        task_name=NOTIFY, status__in=("todo", "doing"), args__user_id__in=some
    )
    queued = set(unfinished.values_list("args__user_id", flat=True))
    forgotten = [pk for pk in some if pk not in queued]
    enqueue_many(NOTIFY, [{"user_id": pk} for pk in forgotten])
    return len(forgotten)
