"""Bad input at every page of the admin, as somebody who may do everything there.

Each place of each page has a few rows of the corpus, by a hash: parameters of lists, ids in addresses,
fields of forms. `--assault` gives each place many more.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from pupmatch.lib.tests.admin_pages import address, superuser
from tests.input.asking import taken_back
from tests.input.corpus import CORPUS
from tests.input.corpus.rows import Row
from tests.input.people import insider
from tests.input.placing import encoded
from tests.staff_pages import ADMINS, OTHERS, form_of, make, others_about

pytestmark = pytest.mark.django_db

ROWS = [
    row
    for name in ("text", "numbers", "dates", "pages", "injections")
    for row in CORPUS[name][0]
    if row.category != "query" and len(row.value) < 10_000
]
# What Django's lists read, whatever they list.
LISTS = (
    "q",
    "o",
    "p",
    "all",
    "e",
    "_facets",
    "_popup",
    "_to_field",
    "_changelist_filters",
    "id__exact",
    "id__in",
    "pk",
    "created_at__gte",
    "user__id__exact",
)
# In the suite so many rows at one of so many places, on one of so many pages with forms.
FEW, EVERY, EVERY_FORM = 2, 8, 3
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


@dataclass(frozen=True)
class Place:
    """A parameter, a gap or a field."""

    page: str
    name: str

    def rows(self, count: int) -> list[Row]:
        """So many rows, the same ones every time."""
        # By what does not change: ids do.
        known = f"{ID.sub('id', self.page)} {self.name}"
        if count == FEW and crc32(known.encode()) % EVERY:
            return []
        return sorted(ROWS, key=lambda row: crc32(f"{known} {row}".encode()))[:count]


@pytest.fixture
def boss() -> Client:
    insider()
    client = superuser()
    # A failure is to be an answer, as it is for staff.
    client.raise_request_exception = False
    return client


def errors(client: Client, method: str, place: Place, row: Row, path: str, **sent: Any) -> list:
    """Ask and take back what it did; what was asked, if it was answered by an error of ours."""
    with taken_back():
        answer = getattr(client, method)(path, **sent)
    return [(method, place.page, place.name, row.id)] if answer.status_code >= 500 else []


def rows_of_every_list() -> Iterator[tuple[Any, Any]]:
    for model_admin in ADMINS.values():
        yield model_admin, model_admin.model._default_manager.first() or make(model_admin.model)


def test_lists_and_their_filters(boss, sized):
    found = []
    for model_admin in ADMINS.values():
        page = address(model_admin.model, "changelist")
        filters = set(re.findall(r"[?&;](\w+)=", boss.get(page).content.decode()))
        for name in {*LISTS, *filters}:
            place = Place(page, name)
            for row in place.rows(sized(FEW, 100)):
                path = f"{page}?{name}={encoded(row.value)}"
                found += errors(boss, "get", place, row, path)
    assert found == []


def test_rows_are_referred_to_by_their_key_alone(boss):
    for model_admin in ADMINS.values():
        page, key = address(model_admin.model, "changelist"), model_admin.opts.pk.name
        for name in {each.name for each in model_admin.opts.get_fields(include_hidden=True)}:
            refused = boss.get(page, {"_to_field": name}).status_code == 400
            assert refused == (name != key), (page, name)


def test_ids_in_addresses(boss, sized):
    found = []
    for model_admin, row in rows_of_every_list():
        pages = [address(row, page) for page in ("change", "history", "delete")]
        pages += [reverse(name, args=[row.pk]) for name in others_about(model_admin.model)]
        for page in pages:
            place = Place(page, "id")
            for bad in place.rows(sized(FEW, 100)):
                path = page.replace(str(row.pk), encoded(bad.value) or "x")
                found += errors(boss, "get", place, bad, path)
                found += errors(boss, "post", place, bad, path, data={})
    assert found == []


def forms(client: Client, every: int) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Every so manieth page that has one, and what a browser would send of it."""
    pages = [*_pages_of_rows(), *_plain_pages()]
    for page in pages:
        if crc32(ID.sub("id", page).encode()) % every:
            continue
        answer = client.get(page)
        if answer.status_code == 200 and b'method="post"' in answer.content:
            yield page, form_of(answer.content.decode())


def _pages_of_rows() -> Iterator[str]:
    for model_admin, row in rows_of_every_list():
        yield from (address(model_admin.model, page) for page in ("changelist", "add"))
        yield from (address(row, page) for page in ("change", "delete"))
        yield from (reverse(name, args=[row.pk]) for name in others_about(model_admin.model))


def _plain_pages() -> Iterator[str]:
    for name in OTHERS:
        try:
            yield reverse(name)
        except NoReverseMatch:
            continue
    yield reverse("admin:login")


def test_fields_of_forms(boss, sized):
    found = []
    for page, fields in forms(boss, sized(EVERY_FORM, 1)):
        for name in {*fields, "action", "_selected_action", "next", "_save"}:
            place = Place(page, name)
            for row in place.rows(sized(FEW, 40)):
                value = row.value if isinstance(row.value, str) else row.value.decode("latin-1")
                # Browsers send no half of a surrogate pair.
                sent = {**fields, name: value.encode("utf-8", "replace").decode()}
                found += errors(boss, "post", place, row, page, data=sent)
    assert found == []
