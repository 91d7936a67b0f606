"""One mail a day, at most, for people who have no device and want to hear of things by mail."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone

from events.models import Stream
from notifications.kinds import Kind
from notifications.models import (
    Device,
    Notification,
    NotificationPreferences,
    preferences_of,
)
from notifications.news import Item, Scope, news_of
from notifications.services import wants_digest
from notifications.streams import held_stream
from notifications.telling import made_of_waiting
from notifications.texts import listed, summary
from pupmatch.lib.jobs import enqueue, enqueue_many
from pupmatch.lib.mail import deliver

# Less than a day, so that an hourly look does not come later every day.
EVERY = timedelta(hours=23, minutes=30)
AT_ONCE = 1000
UNSUBSCRIBE_SALT = "notifications.unsubscribe"
NAMES_SHOWN = 3


def start_digests() -> int:
    """Have a digest made for everybody who may be due one; says how many people that is."""
    now = timezone.now()
    wishing = NotificationPreferences.objects.wanting_digest()
    # Who verified the address only after they had asked for mail is noticed here.
    for pk in wishing.filter(user__stream__wants_notifications=False).values_list("pk", flat=True):
        # One by one: whoever locks several streams has to do so in their order.
        Stream.objects.filter(pk=pk).update(wants_notifications=True)
    user_ids = list(
        wishing.filter(Q(mailed_at=None) | Q(mailed_at__lte=now - EVERY))
        .filter(user__stream__notify_from__isnull=False)
        .exclude(pk__in=Device.objects.live().values("user"))
        .values_list("pk", flat=True)
    )
    for start in range(0, len(user_ids), AT_ONCE):
        people = user_ids[start : start + AT_ONCE]
        enqueue_many("notifications.tasks.digest", [{"user_id": pk} for pk in people])
    return len(user_ids)


@transaction.atomic
def digest(*, user_id: UUID) -> Notification | None:
    """Make the digest of what waits to be told to a person without a device, if one is due."""
    stream = held_stream(user_id)
    if stream is None or stream.notify_from is None or not wants_digest(user_id):
        return None
    preferences, now = preferences_of({user_id})[user_id], timezone.now()
    is_early = preferences.mailed_at and now - preferences.mailed_at < EVERY
    has_device = Device.objects.live().filter(user=user_id).exists()
    if is_early or has_device or preferences.quiet_until(now):
        return None
    notification = made_of_waiting(stream, set(preferences.mailed), Notification.Channel.MAIL)
    if notification:
        NotificationPreferences.objects.filter(pk=user_id).update(mailed_at=now)
        enqueue("notifications.tasks.mail_digest", notification_id=notification.pk)
    return notification


def mail_digest(*, notification_id: UUID) -> None:
    """Mail a digest that was made; of what is over or known by now it says nothing."""
    waiting = Notification.objects.filter(pk=notification_id, state=Notification.State.WAITING)
    told = waiting.select_related("user").first()
    if told is None:
        return
    scope = Scope(told.user_id, told.from_position, told.to_position)
    wanted = preferences_of({told.user_id})[told.user_id].mailed
    items = [item for item in news_of([scope])[scope] if item.kind in wanted]
    if items and wants_digest(told.user_id):
        deliver(_mail(told, items))
        waiting.update(state=Notification.State.SENT)
    else:
        waiting.update(state=Notification.State.DROPPED)


def _mail(told: Notification, items: Sequence[Item]) -> EmailMessage:
    link = f"{settings.API_URL}/api/v1/notifications/unsubscribe?token={unsubscribe_token(told.user_id)}"
    lines = [_line(kind, [item for item in items if item.kind == kind]) for kind in Kind]
    context = {"lines": filter(None, lines), "link": link, "app_url": settings.APP_URL}
    return EmailMessage(
        f"{summary(items)} on PupMatch",
        render_to_string("notifications/digest.txt", context),
        to=[told.user.email],
        # RFC 8058: mail programs unsubscribe by one POST, without opening a page.
        headers={
            "List-Unsubscribe": f"<{link}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def _line(kind: Kind, items: Sequence[Item]) -> str:
    """Such as "3 messages from Biscuit and Rex"; nothing for nothing."""
    if not items:
        return ""
    names = list(dict.fromkeys(item.name for item in items))
    shown, rest = names[:NAMES_SHOWN], len(names) - NAMES_SHOWN
    if rest > 0:
        shown.append(f"{rest} more")
    preposition = "with" if kind == Kind.NEW_MATCH else "from"
    return f"{summary(items)} {preposition} {listed(shown)}"


def unsubscribe_token(user_id: UUID) -> str:
    """What the link of a mail carries: it ends this person's mail and does nothing else, ever."""
    return signing.dumps(user_id.hex, salt=UNSUBSCRIBE_SALT)


def unsubscribe_subject(token: str) -> UUID | None:
    """Whose mail the token ends; None when we did not make it."""
    try:
        return UUID(signing.loads(token, salt=UNSUBSCRIBE_SALT))
    except signing.BadSignature:
        return None
