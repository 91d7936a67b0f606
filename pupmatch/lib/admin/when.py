"""Filtering by age through the key: UUIDv7 starts with the time at which a row was made."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone


def first_id_of(moment: datetime) -> uuid.UUID:
    """The smallest UUIDv7 (RFC 9562) of that millisecond."""
    milliseconds = int(moment.timestamp() * 1000)
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | 0b10 << 62)


def midnight() -> datetime:
    """When today began, in the time zone that the admin shows."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


class MadeFilter(SimpleListFilter):
    """Made today, in the last week, in the last month: by key, so no index but its own is needed."""

    title = "time"
    parameter_name = "made"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Iterable[tuple[str, str]]:
        """The spans to choose from."""
        return [("today", "Today"), ("week", "Past 7 days"), ("month", "Past 30 days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """The rows made in the span chosen."""
        days = {"today": 0, "week": 7, "month": 30}.get(self.value() or "")
        if days is None:
            return queryset
        return queryset.filter(pk__gte=first_id_of(midnight() - timedelta(days=days)))
