"""The lists that belong to a row: from an account to its sign-ins, from a dog to its matches."""

from typing import NamedTuple

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin.utils import quote
from django.db.models import Model, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import capfirst

from pupmatch.lib.admin.searching import any_of, resolve
from pupmatch.lib.admin.sections import Section, visible

COUNTED_UP_TO = 100


class RelatedList(NamedTuple):
    """A list that belongs to a row: what it is called, how long it is, and its address."""

    title: str
    number: str
    url: str


def related_lists(site: AdminSite, request: HttpRequest, row: Model) -> list[RelatedList]:
    """Every list whose search finds `row` by its id, as far as the person may see it.

    Nothing is named here, so a room above another adds its lists to the pages below by itself.
    """
    others = [
        (other, paths)
        for other in visible(site, request)
        if (paths := _paths_to(other, type(row), request))
    ]
    keys = _keys([_rows(other, paths, row) for other, paths in others])
    found = [(other, _describe(other, keys[place], row)) for place, (other, _) in enumerate(others)]
    return [
        described
        for other, described in found
        if described.url or other.section is not Section.SYSTEM
    ]


def _paths_to(other: ModelAdmin, model: type[Model], request: HttpRequest) -> list[str]:
    paths = []
    for path in other.get_search_fields(request):
        field, lookup = resolve(other.model, path)
        if not lookup and field.is_relation and field.related_model is model:
            paths.append(path)
    return paths


def _rows(other: ModelAdmin, paths: list[str], row: Model) -> QuerySet:
    return other.opts.model._default_manager.filter(
        any_of([Q(**{path: row}) for path in paths])
    ).order_by()


def _keys(several: list[QuerySet]) -> list[list[str]]:
    """The keys of each, in one statement; one more than is counted tells whether there are more."""
    parts = [
        rows.values_list(Value(place), Cast("pk", TextField()))[: COUNTED_UP_TO + 1]
        for place, rows in enumerate(several)
    ]
    keys: list[list[str]] = [[] for _ in several]
    if parts:
        for place, key in parts[0].union(*parts[1:], all=True):
            keys[place].append(key)
    return keys


def _describe(other: ModelAdmin, keys: list[str], row: Model) -> RelatedList:
    opts = other.opts
    address = f"{other.admin_site.name}:{opts.app_label}_{opts.model_name}"
    title = opts.verbose_name if len(keys) == 1 else opts.verbose_name_plural
    url = f"{reverse(f'{address}_changelist')}?{urlencode({'q': row.pk})}"
    if len(keys) == 1:
        url = reverse(f"{address}_change", args=[quote(keys[0])])
    number = f"{COUNTED_UP_TO}+" if len(keys) > COUNTED_UP_TO else str(len(keys))
    return RelatedList(capfirst(str(title)), number, url if keys else "")
