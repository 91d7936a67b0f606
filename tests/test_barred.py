"""One sweep over every address: what is left to whoever is banned or suspended, and nothing more."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import standing
from matching.tests.factories import matched
from messaging.tests.factories import say
from playgrounds.tests.factories import FavoriteFactory
from profiles.tests.factories import ProfileFactory
from tests.test_every_address import METHODS, PROTECTED, some

pytestmark = pytest.mark.django_db

# Whoever adds something here opens it to people whom staff have barred.
OPEN = {
    ("POST", "/api/v1/auth/logout"),
    ("POST", "/api/v1/auth/logout-all"),
    ("DELETE", "/api/v1/me"),
    ("GET", "/api/v1/me/decisions"),
    ("GET", "/api/v1/me/decisions/<id:pk>"),
    ("POST", "/api/v1/me/decisions/<id:pk>/appeal"),
}
LATER = timezone.now() + timedelta(days=3)


@pytest.fixture
def banned(client_for):
    """Somebody who is signed in after the ban, with something of everything."""
    me = ProfileFactory()
    match = matched(me)
    for side in match.conversation.participants.all():
        say(side)
    FavoriteFactory(user=me.user)
    ProfileFactory()
    standing.ban(user=me.user)
    client = client_for(me.user)
    client.ids = {"id": match.conversation_id, "profile_id": match.other(me).pk}
    return client


def test_what_is_open_exists():
    assert {address for _, address in OPEN} <= set(PROTECTED)


@pytest.mark.requirement("R1.6")
@pytest.mark.parametrize("address", PROTECTED)
def test_nothing_else_is_answered(banned, address):
    for method in METHODS:
        answer = banned.generic(method, some(address))
        if (method, address) in OPEN:
            assert answer.status_code not in (401, 403, 405), (method, address)
            return
        if address not in {address for _, address in OPEN} or answer.status_code != 405:
            assert answer.status_code == 403, (method, address)
            assert answer.json()["code"] == "account_banned", (method, address)


@pytest.mark.requirement("R1.6")
@pytest.mark.parametrize(
    "address",
    [
        "deck", "likes/received", "likes/sent", "matches", "conversations", "conversations/{id}",
        "conversations/{id}/messages", "profiles/{profile_id}", "me/profile", "me/favorites",
        "playgrounds?near=47.6,-122.3", "playgrounds?q=park", "events?after=0",
    ],
)  # fmt: skip
def test_nor_what_the_database_writes_at_once(banned, address):
    answer = banned.get("/api/v1/" + address.format(**banned.ids))
    assert (answer.status_code, answer.json()["code"]) == (403, "account_banned")


def test_a_suspended_person_is_told_until_when_and_then_has_everything(client_for, run_jobs):
    me = ProfileFactory()
    standing.suspend(user=me.user, until=LATER)
    client = client_for(me.user)
    refused = client.get("/api/v1/deck")
    assert (refused.status_code, refused.json()["code"]) == (403, "account_suspended")
    assert refused.json()["until"] == LATER.isoformat().replace("+00:00", "Z")
    standing.suspend(user=me.user, until=timezone.now())
    run_jobs()
    assert client_for(me.user).get("/api/v1/deck").status_code == 200
