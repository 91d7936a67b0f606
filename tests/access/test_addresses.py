"""Every address below `/api/v1`, whether or not the schema knows it, and every method on it."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts import standing
from profiles.tests.factories import ProfileFactory
from tests.access.operations import ADDRESSES, METHODS, operations
from tests.access.table import operations_table

# No operations: the schema itself, and the page that a mail leads to. Whoever adds an address here
# opens it to everybody.
PAGES = {"/api/v1/schema", "/api/v1/notifications/unsubscribe"}
LATER = timezone.now() + timedelta(days=3)


def plain(address: str) -> str:
    """The address with its gaps alike, as Django and OpenAPI write them."""
    return re.sub(r"<[^>]+>|{[^}]+}", "{}", address)


def some(address: str) -> str:
    """The address with an id in each gap."""
    return plain(address).replace("{}", str(uuid4()))


BY_ADDRESS: dict[str, set[str]] = {}
for operation in operations().values():
    BY_ADDRESS.setdefault(plain(operation.path), set()).add(operation.method)
PUBLIC = PAGES | {
    plain(operation.path)
    for operation in operations().values()
    if (row := operations_table().get(operation.name)) and row.cells["nobody"] != "–"
}
PROTECTED = [address for address in ADDRESSES if plain(address) not in PUBLIC]


def test_the_schema_knows_every_address():
    assert {plain(address) for address in ADDRESSES} == set(BY_ADDRESS) | PAGES
    assert len(PROTECTED) > 40


@pytest.mark.django_db
@pytest.mark.requirement("R1.5", "R12.1")
@pytest.mark.parametrize("address", PROTECTED)
def test_without_a_token_nothing_is_answered_by_any_method(api, address):
    for method in METHODS:
        for header in ({}, {"HTTP_AUTHORIZATION": "Bearer nonsense"}):
            answer = api.generic(method, some(address), **header)
            assert answer.status_code == 401, (method, address)
            assert answer["Content-Type"] == "application/problem+json"
            assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.django_db
def test_no_address_takes_a_method_that_the_schema_does_not_know(client_for):
    client = client_for(ProfileFactory().user)
    for address in ADDRESSES:
        for method in set(METHODS) - BY_ADDRESS.get(plain(address), {"GET", "POST"}):
            answer = client.generic(method, some(address))
            assert answer.status_code == 405, (method, address)


@pytest.mark.parametrize("method", ["get", "post", "delete"])
@pytest.mark.parametrize("path", ["v1/nothing", "v1/deck/", "v2/deck", "x"])
def test_an_unknown_address_is_a_problem_in_development_too(api, settings, method, path):
    settings.DEBUG = True
    answer = getattr(api, method)(f"/api/{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.django_db
@pytest.mark.requirement("R1.6")
def test_a_suspended_person_is_told_until_when_and_then_has_everything(client_for, run_jobs):
    me = ProfileFactory()
    standing.suspend(user=me.user, until=LATER)
    refused = client_for(me.user).get("/api/v1/deck")
    assert (refused.status_code, refused.json()["code"]) == (403, "account_suspended")
    assert refused.json()["until"] == LATER.isoformat().replace("+00:00", "Z")
    standing.suspend(user=me.user, until=timezone.now())
    run_jobs()
    assert client_for(me.user).get("/api/v1/deck").status_code == 200
