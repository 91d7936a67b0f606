"""What is on record, as pages show it: who did it by name, as far as there still is one."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.admin import site
from django.contrib.admin.utils import quote
from django.contrib.admin.views.main import PAGE_VAR
from django.contrib.auth import get_user_model
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse

from pupmatch.lib.models import AuditEntry

ENTRIES_SHOWN = 100
LATEST_SHOWN = 8


def names_of(actor_ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """What staff are called; by id whoever has no account any more, and jobs as what they are."""
    ids = set(actor_ids)
    users = get_user_model()._default_manager.filter(pk__in=[pk for pk in ids if pk])
    names: dict[UUID | None, str] = {pk: str(pk) for pk in ids if pk}
    return names | {user.pk: str(user) for user in users} | {None: "a job"}


def history(request: HttpRequest, row: Model) -> dict[str, Any]:
    """What staff did to a row: a page of entries, the latest first."""
    pages = Paginator(AuditEntry.objects.about(row), ENTRIES_SHOWN)
    page = pages.get_page(request.GET.get(PAGE_VAR))
    names = names_of(entry.actor_id for entry in page)
    return {"page": page, "page_var": PAGE_VAR, "entries": [(e, names[e.actor_id]) for e in page]}


def latest_of(request: HttpRequest) -> list[dict[str, Any]]:
    """What somebody did last, each with the page that it is about."""
    entries = AuditEntry.objects.by(request.user.pk)[:LATEST_SHOWN]
    return [
        {"entry": entry, "about": kind_of(entry), "url": address_of(entry)} for entry in entries
    ]


def subject_model(entry: AuditEntry) -> type[Model] | None:
    """The kind of row that an entry is about, if it has a page."""
    kinds = (model for model in site._registry if model._meta.label_lower == entry.subject_type)
    return next(kinds, None)


def kind_of(entry: AuditEntry) -> str:
    """What an entry is about, in a word or two."""
    model = subject_model(entry)
    return str(model._meta.verbose_name) if model else entry.subject_type


def address_of(entry: AuditEntry) -> str:
    """The page of what an entry is about; nothing when the entry itself says that it is gone."""
    model = subject_model(entry)
    if model is None or entry.action.endswith((".delete", ".erase")):
        return ""
    opts = model._meta
    name = f"admin:{opts.app_label}_{opts.model_name}_change"
    return reverse(name, args=[quote(entry.subject_id)])
