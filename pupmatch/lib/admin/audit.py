"""The record of what staff did, for those who look after staff."""

import json
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from pupmatch.lib.admin.base import ReadOnlyAdmin
from pupmatch.lib.admin.history import address_of, kind_of, names_of, subject_model
from pupmatch.lib.admin.sections import Section
from pupmatch.lib.ids import first_id_of
from pupmatch.lib.models import AuditEntry

DAYS_OFFERED = 14
# From one value to the next along the index: reading the whole table would take ever longer.
DISTINCT = """
WITH RECURSIVE found AS (
    (SELECT {column} AS value FROM lib_auditentry WHERE {column} IS NOT NULL ORDER BY 1 LIMIT 1)
    UNION ALL
    SELECT (
        SELECT {column} FROM lib_auditentry WHERE {column} > found.value ORDER BY 1 LIMIT 1
    ) FROM found WHERE found.value IS NOT NULL
)
SELECT value FROM found WHERE value IS NOT NULL
"""


def _distinct(column: str) -> list[Any]:
    with connection.cursor() as cursor:
        # nosemgrep: sql-by-format (a name of ours)
        cursor.execute(DISTINCT.format(column=column))
        return [value for (value,) in cursor.fetchall()]


class ActionFilter(SimpleListFilter):
    """By what was done, of everything that ever was."""

    title = "action"
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Iterable[tuple[str, str]]:
        """Every action on record."""
        return [(action, action) for action in _distinct("action")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """The entries of the one chosen."""
        return queryset.filter(action=self.value()) if self.value() else queryset


class ActorFilter(SimpleListFilter):
    """By who did it, of everybody who ever did anything."""

    title = "member of staff"
    parameter_name = "actor"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Iterable[tuple[str, str]]:
        """Everybody on record."""
        ids = _distinct("actor_id")
        names = names_of(ids)
        return [
            *sorted(((str(pk), names[pk]) for pk in ids), key=lambda it: it[1]),
            ("job", "Jobs"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """What that person did."""
        if self.value() == "job":
            return queryset.filter(actor_id=None)
        try:
            return queryset.filter(actor_id=self.value()) if self.value() else queryset
        except ValidationError:
            return queryset.none()


class DayFilter(SimpleListFilter):
    """By day; any day that is typed into the address, as `?day=2026-11-21`."""

    title = "day"
    parameter_name = "day"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Iterable[tuple[str, str]]:
        """The last ones."""
        today = timezone.localdate()
        days = [today - timedelta(days=back) for back in range(DAYS_OFFERED)]
        return [(day.isoformat(), date_format(day)) for day in days]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """The entries of the day chosen."""
        day = _day(self.value() or "")
        return on_day(queryset, day) if day else queryset


def _day(text: str) -> date | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    # Keys count from 1970, and there is a day after each that we look for.
    return day if day and 1970 <= day.year < 9999 else None


def on_day(entries: QuerySet, day: date) -> QuerySet:
    """Those of one day, found by their keys, which begin with the time."""
    start = timezone.make_aware(datetime.combine(day, time.min))
    keys = [first_id_of(moment) for moment in (start, start + timedelta(days=1))]
    return entries.filter(pk__gte=keys[0], pk__lt=keys[1])


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """What staff did and looked at, for good: a trigger refuses to change or remove a row."""

    section = Section.SAFETY
    icon = "history_edu"
    explanation = (
        "Everything that staff did here, and every time they read what people wrote to each other, "
        "written together with what was done. Nobody changes or removes an entry."
    )
    list_display = ("at", "who", "action", "about", "reason")
    list_filter = (ActionFilter, ActorFilter, DayFilter)
    search_fields = ("id", "actor_id", "subject_id")
    search_help_text = "Id of a member of staff, or of what was acted on; or a day, as 2026-11-21"
    fields = (
        ("at", "who"), ("action", "subject"), "reason", "details", ("ip_address", "request_id"),
    )  # fmt: skip

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """A day is one, and anything else an id."""
        if day := _day(search_term.strip()):
            return on_day(queryset, day), False
        return super().get_search_results(request, queryset, search_term)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """With what the staff of the page are called, looked up once."""
        shown = super().get_changelist_instance(request)
        names = names_of(entry.actor_id for entry in shown.result_list)
        for entry in shown.result_list:
            entry.actor_name = names[entry.actor_id]
        return shown

    @display(description="member of staff")
    def who(self, entry: Any) -> str:
        """Who did it."""
        known = getattr(entry, "actor_name", None)
        return known or names_of([entry.actor_id])[entry.actor_id]

    @display(description="about")
    def about(self, entry: AuditEntry) -> str:
        """What kind of row, and which."""
        return f"{kind_of(entry)} {entry.subject_id}" if entry.subject_id else "–"

    @display(description="about")
    def subject(self, entry: AuditEntry) -> SafeString | str:
        """A link to what it is about, as long as that is there."""
        model, url = subject_model(entry), address_of(entry)
        if not model or not url or not _exists(model, entry.subject_id):
            return self.about(entry)
        return format_html('<a class="text-link" href="{}">{}</a>', url, self.about(entry))

    @display(description="details")
    def details(self, entry: AuditEntry) -> SafeString:
        """As JSON."""
        return format_html('<pre class="staff-text">{}</pre>', json.dumps(entry.data, indent=2))


def _exists(model: Any, key: str) -> bool:
    try:
        return model._default_manager.filter(pk=key).exists()
    except (ValidationError, ValueError):
        return False
