"""Devices and preferences: each change under the person's stream, which notifying takes, too."""

from collections.abc import Mapping
from datetime import time
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Session, User
from events.models import Stream
from notifications import push, tokens
from notifications.kinds import Kind
from notifications.models import (
    Delivery,
    Device,
    Notification,
    NotificationPreferences,
    Provider,
)
from notifications.streams import held_or_new_stream, held_stream
from pupmatch.lib.ids import first_id_of
from pupmatch.lib.jobs import enqueue
from pupmatch.lib.problems import Forbidden, NotFound, Problem
from screening.services import look_at_device

MAX_DEVICES = 20
CLEARED_AT_ONCE = 500


class TooManyDevices(Problem):
    """Nobody carries that many telephones."""

    default_code = "too_many_devices"
    default_detail = f"At most {MAX_DEVICES} devices can be registered; remove one first."


class WebPushUnavailable(Problem):
    """The server has no key to sign Web Push with."""

    default_code = "web_push_unavailable"
    default_detail = "This server does not push to browsers."


class DeviceRefused(Forbidden):
    """The installation is not to come back."""

    default_code = "device_refused"
    default_detail = "This device cannot be registered."


class Registration(NamedTuple):
    """What an installation says about itself."""

    provider: str
    token: str
    platform: str
    time_zone: str
    locale: str


def register(
    *, session: Session, installation_id: UUID, registration: Registration
) -> tuple[Device, bool]:
    """Push to this installation from now on; the second value says whether it is new.

    Its token is taken away from whoever registered it before: the telephone changed hands. Raises
    TooManyDevices, DeviceRefused or WebPushUnavailable.
    """
    if registration.provider == Provider.WEBPUSH:
        web_push_key()
    if _is_banned(session.user_id, installation_id):
        raise DeviceRefused
    return _register(session, installation_id, registration)


@transaction.atomic
def _is_banned(user_id: UUID, installation_id: UUID) -> bool:
    # In a transaction of its own: what is noted stays when the request is refused.
    return look_at_device(
        user_id=user_id, device_id=installation_id, detail="asked for pushes to it"
    )


def web_push_key() -> str:
    """The key that browsers subscribe with. Raises WebPushUnavailable."""
    if not settings.VAPID_PRIVATE_KEY:
        raise WebPushUnavailable
    return push.web_push_key()


@transaction.atomic
def _register(
    session: Session, installation_id: UUID, registration: Registration
) -> tuple[Device, bool]:
    user_id, digest = session.user_id, tokens.digest(registration.provider, registration.token)
    _hold_token(digest)
    stream = held_or_new_stream(user_id)
    Device.objects.filter(token_digest=digest).exclude(
        user=user_id, installation_id=installation_id
    ).delete()
    device = Device.objects.filter(user=user_id, installation_id=installation_id).first()
    is_new = device is None
    if device is None:
        _make_room(user_id)
        device = Device(user_id=user_id, installation_id=installation_id)
    now = timezone.now()
    if device.token_digest != digest:
        device.token_digest, device.token_set_at = digest, now
    device.session, device.registered_at = session, now
    for name, value in registration._asdict().items():
        setattr(device, name, value)
    device.save()
    NotificationPreferences.objects.update_or_create(
        user_id=user_id, defaults={"device_time_zone": device.time_zone}
    )
    _reconsider(stream)
    return device, is_new


def _hold_token(digest: str) -> None:
    """Let two people who register one telephone at the same moment do so one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(digest[:16], 16) - 2**63])


def _make_room(user_id: UUID) -> None:
    mine = Device.objects.filter(user=user_id)
    live = list(mine.live().values_list("pk", flat=True))
    mine.exclude(pk__in=live).delete()
    if len(live) >= MAX_DEVICES:
        raise TooManyDevices


@transaction.atomic
def unregister(*, user: User, installation_id: UUID) -> None:
    """Push to this installation no more. Raises NotFound when it is not registered."""
    stream = held_or_new_stream(user.pk)
    deleted, _ = Device.objects.filter(user=user, installation_id=installation_id).delete()
    if not deleted:
        raise NotFound
    _reconsider(stream)


def _reconsider(stream: Stream) -> None:
    """After a change of what a person wants: whether to notify them, and of what waits, at once.

    What waits may be held by quiet hours that have just changed, or have had nowhere to go.
    """
    stream.wants_notifications = wants_notifications(stream.user_id)
    stream.save(update_fields=["wants_notifications"])
    if stream.notify_from is not None:
        enqueue("notifications.tasks.notify", user_id=stream.user_id)
    # Those that were put off until the end of quiet hours that may be others by now.
    mine = Delivery.objects.waiting().filter(notification__user=stream.user_id, claim=None)
    mine.update(due_at=timezone.now())


def wants_notifications(user_id: UUID) -> bool:
    """Whether there is somewhere to push or mail to."""
    return Device.objects.live().filter(user=user_id).exists() or wants_digest(user_id)


def wants_digest(user_id: UUID) -> bool:
    """Whether the person wants mail about anything, at an address that is known to be theirs."""
    return NotificationPreferences.objects.wanting_digest().filter(user=user_id).exists()


@transaction.atomic
def change_preferences(
    *,
    user: User,
    kinds: Mapping[str, Mapping[str, bool]] | None = None,
    **changes: Any,
) -> NotificationPreferences:
    """Change what is said here and nothing else.

    `kinds` is by kind and channel; `changes` are `previews`, `quiet_hours` (two times, or None) and
    `time_zone` (None for the device's).
    """
    stream = held_or_new_stream(user.pk)
    preferences, _ = NotificationPreferences.objects.get_or_create(user=user)
    for kind, channels in (kinds or {}).items():
        _choose(preferences, Kind(kind), **channels)
    if "previews" in changes:
        preferences.previews = changes["previews"]
    if "time_zone" in changes:
        preferences.time_zone = changes["time_zone"] or ""
    if "quiet_hours" in changes:
        quiet: Mapping[str, time] = changes["quiet_hours"] or {}
        preferences.quiet_start, preferences.quiet_end = quiet.get("start"), quiet.get("end")
    preferences.save()
    _reconsider(stream)
    return preferences


def _choose(
    preferences: NotificationPreferences,
    kind: Kind,
    *,
    push: bool | None = None,
    email: bool | None = None,
) -> None:
    if push is not None:
        preferences.muted = _with(preferences.muted, kind, not push)
    if email is not None:
        preferences.mailed = _with(preferences.mailed, kind, email)


def _with(kinds: list[str], kind: Kind, is_in: bool) -> list[str]:
    others = set(kinds) - {kind}
    return sorted(others | {kind}) if is_in else sorted(others)


@transaction.atomic
def unsubscribe(*, user_id: UUID) -> None:
    """No more mail about anything; harmless to repeat, and when the account is gone."""
    stream = held_stream(user_id)
    changed = NotificationPreferences.objects.filter(user=user_id).update(mailed=[])
    if changed and stream is not None:
        _reconsider(stream)


def clear_old() -> int:
    """Remove notifications, with their deliveries and attempts, that are no longer kept."""
    past = timezone.now() - Notification.KEPT
    # Found by the key, which starts with the time, so that `created_at` needs no index.
    old = Notification.objects.filter(pk__lt=first_id_of(past)).order_by("pk")
    removed = 0
    while batch := list(old.values_list("pk", flat=True)[:CLEARED_AT_ONCE]):
        removed += Notification.objects.filter(pk__in=batch).delete()[0]
    return removed
