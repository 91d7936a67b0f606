"""One box for everything: who is behind an id or an address.

Every list takes part by its `search_fields`; one that says in `person_path` whose its rows are leads to
the person, too. All tables are asked in a single statement.
"""

from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.admin import AdminSite
from django.contrib.auth import get_user_model
from django.db.models import F, QuerySet, TextField, UUIDField, Value
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst

from pupmatch.lib.admin.searching import condition, resolve
from pupmatch.lib.admin.sections import visible

AT_MOST = 50


class Hit(NamedTuple):
    """A row that the term means: what it is, its page, and whose it is."""

    kind: str
    id: str
    url: str
    person: Any


def find(site: AdminSite, request: HttpRequest, term: str) -> list[Hit]:
    """Every row that may be seen and whose id, or owner's address, is `term`; at most AT_MOST."""
    term = term.strip()
    asked = [_rows(one, request, term) for one in visible(site, request)]
    parts = [rows for rows in asked if rows is not None]
    if not parts:
        return []
    first, *others = parts
    found = list(first.union(*others, all=True)[:AT_MOST])
    people = (
        get_user_model()
        .objects.select_related("profile")
        .in_bulk({row[2] for row in found if row[2]})
    )
    admins = {_label(one): one for one in visible(site, request)}
    return [
        Hit(
            capfirst(str(admins[label].opts.verbose_name)),
            key,
            reverse(f"admin:{label}_change", args=[key]),
            people.get(owner),
        )
        for label, key, owner in found
    ]


def _label(admin: Any) -> str:
    return f"{admin.opts.app_label}_{admin.opts.model_name}"


def _rows(admin: Any, request: HttpRequest, term: str) -> QuerySet | None:
    """Of one list: its label, the row's key and the person's; None where the term means nothing."""
    paths = [path for path in admin.get_search_fields(request) if _is_own(admin, path, term)]
    found = condition(admin.model, paths, term) if paths else None
    if found is None:
        return None
    owner = F(admin.person_path) if admin.person_path else Value(None)
    return (
        admin.model._default_manager.filter(found)
        .order_by()
        .values_list(
            Value(_label(admin), output_field=TextField()),
            Cast("pk", TextField()),
            Cast(owner, UUIDField()),
        )[: AT_MOST // 5]
    )


def _is_own(admin: Any, path: str, term: str) -> bool:
    """Whether a search by this path finds the thing itself, and not what hangs on another."""
    field, lookup = resolve(admin.model, path)
    if _is_uuid(term):
        return not lookup and not field.is_relation
    return path.startswith("email")


def _is_uuid(term: str) -> bool:
    try:
        UUID(term)
    except ValueError:
        return False
    return True
