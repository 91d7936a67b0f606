"""One sweep over every address below `/api/v1`: what is not public asks for a token."""

import re
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib.admindocs.views import simplify_regex
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.tests.factories import UserFactory

# Whoever adds an address here opens it to everybody.
PUBLIC = {
    "/api/v1/schema",
    "/api/v1/auth/register",
    "/api/v1/auth/token",
    "/api/v1/auth/token/refresh",
    "/api/v1/auth/password/reset",
    "/api/v1/auth/password/reset/confirm",
    "/api/v1/auth/email/verify",
    "/api/v1/auth/social/nonce",
    "/api/v1/auth/social/<provider>",
    "/api/v1/breeds",
    "/api/v1/prompt-suggestions",
    "/api/v1/notifications/unsubscribe",
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def addresses(resolver: URLResolver | None = None, prefix: str = "/") -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield simplify_regex(route) if "^" in route else route
        else:
            yield from addresses(pattern, route)


ADDRESSES = sorted({address for address in addresses() if address.startswith("/api/v1/")})
PROTECTED = [address for address in ADDRESSES if address not in PUBLIC]


def some(address: str) -> str:
    """The address with an id in each gap."""
    return re.sub(r"<[^>]+>", str(uuid.uuid4()), address)


@pytest.fixture(scope="module")
def expired() -> dict:
    return {}


def test_every_public_address_exists():
    assert set(ADDRESSES) >= PUBLIC
    assert len(PROTECTED) > 10


@pytest.mark.django_db
@pytest.mark.requirement("R1.5", "R12.1")
@pytest.mark.parametrize("address", PROTECTED)
def test_without_a_token_nothing_is_answered(api, address):
    for method in METHODS:
        for header in ({}, {"HTTP_AUTHORIZATION": "Bearer nonsense"}):
            answer = api.generic(method, some(address), **header)
            assert answer.status_code == 401, (method, address)
            assert answer["Content-Type"] == "application/problem+json"
            assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.django_db
@pytest.mark.requirement("R1.6", "R12.1")
def test_an_expired_or_ended_token_opens_no_address(client_for):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        late, ended = client_for(UserFactory()), client_for(UserFactory())
        ended.post("/api/v1/auth/logout")
        for address in PROTECTED:
            assert ended.get(some(address)).data["code"] == "session_ended"
        clock.shift(timedelta(minutes=15))
        for address in PROTECTED:
            assert late.get(some(address)).data["code"] == "token_expired"


@pytest.mark.django_db
@pytest.mark.parametrize("address", sorted(PUBLIC))
def test_public_addresses_ask_for_no_token(api, address):
    assert {api.generic(method, address).status_code for method in METHODS} & {200, 400}


@pytest.mark.parametrize("method", ["get", "post", "delete"])
@pytest.mark.parametrize("path", ["v1/nothing", "v1/deck/", "v2/deck", "x"])
def test_an_unknown_address_is_a_problem_in_development_too(api, settings, method, path):
    settings.DEBUG = True
    answer = getattr(api, method)(f"/api/{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
