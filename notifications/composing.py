"""What each device is told right now, or why it is told nothing (now)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Sum
from django.utils import timezone

from messaging.models import Participant
from notifications.models import Delivery, Device, NotificationPreferences, preferences_of
from notifications.news import Scope, news_of
from notifications.push import Push
from notifications.texts import words_for


class Decision(NamedTuple):
    """A push; or nothing until a time; or nothing at all."""

    push: Push | None = None
    postponed_until: datetime | None = None


def decide(batch: Sequence[Delivery]) -> list[Decision]:
    """For each of these deliveries, in a fixed number of queries.

    Their `notification` and `device` are loaded. Asked right before sending: whoever was banned
    since, or signed out, is told nothing and told of no more.
    """
    user_ids = {delivery.notification.user_id for delivery in batch}
    preferences = preferences_of(user_ids)
    news = news_of({_scope(delivery) for delivery in batch})
    unread = unread_counts(user_ids)
    ids = [delivery.device_id for delivery in batch]
    live = set(Device.objects.live().filter(pk__in=ids).values_list("pk", flat=True))
    now = timezone.now()
    decisions = []
    for delivery in batch:
        wishes = preferences[delivery.notification.user_id]
        items = [item for item in news[_scope(delivery)] if item.kind in wishes.pushed]
        if not items or delivery.device_id not in live:
            decisions.append(Decision())
        elif until := wishes.quiet_until(now):
            decisions.append(Decision(postponed_until=until))
        else:
            badge = unread.get(delivery.notification.user_id, 0)
            decisions.append(Decision(_push(delivery, wishes, items, badge)))
    return decisions


def _scope(delivery: Delivery) -> Scope:
    told = delivery.notification
    return Scope(told.user_id, delivery.from_position, told.to_position)


def _push(delivery: Delivery, wishes: NotificationPreferences, items: list, badge: int) -> Push:
    words = words_for(items, previews=wishes.previews)
    return Push(
        id=delivery.notification_id,
        token=delivery.device.token,
        title=words.title,
        body=words.body,
        badge=badge,
        data=words.data,
    )


def unread_counts(user_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many unread messages each of these people has in their inbox: what a badge shows."""
    inboxes = Participant.objects.filter(profile__user__in=user_ids, deleted_at=None)
    return dict(inboxes.order_by().values_list("profile__user").annotate(Sum("unread_count")))
