"""So many cards of the deck a day, by a setting; and, by another, for verified addresses alone."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from matching.services import CardsUsedUp
from matching.tests.asking import deck_ids
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.models import LimitedCaller, RequestCounter
from pupmatch.lib.throttling import take

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_limits")]


@pytest.fixture(autouse=True)
def ten_a_day(settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"cards_a_day": (10, 86_400)}


def counted(profile):
    return RequestCounter.objects.get(key=f"cards_a_day:person:{profile.user_id}").count


def test_past_the_cards_of_a_day_there_is_no_deck_until_the_next(client, client_for, me):
    ProfileFactory.create_batch(8)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert len(deck_ids(client, limit=4)) == 4
        clock.shift(600)
        answer = client.get("/api/v1/deck", {"limit": 7})
        assert answer.status_code == 429
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.data["code"] == "cards_used_up"
        assert answer["Retry-After"] == str(86_400 - 600)
        assert (answer["RateLimit-Limit"], answer["RateLimit-Remaining"]) == ("10", "0")
        # What was refused used up nothing, and a shorter page fits.
        assert counted(me) == 4
        assert len(deck_ids(client, limit=6)) == 6
        assert client.get("/api/v1/deck", {"limit": 1}).status_code == 429
        # All else goes on.
        assert client.get("/api/v1/deck/hints").status_code == 200
        clock.shift(timedelta(days=1))
        assert len(deck_ids(client_for(me.user), limit=4)) == 4


def test_the_cards_are_counted_and_not_the_requests(client, me):
    for _ in range(5):
        assert deck_ids(client) == []
    assert not RequestCounter.objects.filter(key__startswith="cards_a_day").exists()
    ProfileFactory.create_batch(3)
    first = client.get("/api/v1/deck", {"limit": 2})
    assert client.get(first.data["next"]).status_code == 200
    assert counted(me) == 3


def test_a_page_that_is_larger_than_a_day_is_all_of_it(client, me, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"cards_a_day": (2, 86_400)}
    ProfileFactory.create_batch(3)
    assert len(deck_ids(client)) == 3
    assert client.get("/api/v1/deck").status_code == 429


def test_without_the_setting_there_is_no_such_limit(client, settings):
    settings.RATE_LIMITS = {
        scope: rate for scope, rate in settings.RATE_LIMITS.items() if scope != "cards_a_day"
    }
    ProfileFactory.create_batch(4)
    for _ in range(5):
        assert len(deck_ids(client)) == 4


def test_staff_see_who_used_them_up(client, me):
    ProfileFactory.create_batch(4)
    for _ in range(4):
        client.get("/api/v1/deck")
    [row] = LimitedCaller.objects.all()
    assert (row.scope, row.user, row.allowed, row.refusals) == ("cards_a_day", me.user, 10, 2)


@pytest.mark.django_db(transaction=True)
def test_of_fifty_at_once_exactly_as_many_as_may(in_parallel, settings, sized):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"cards_a_day": (200, 86_400)}
    for _ in range(sized(1, 20)):
        me = ProfileFactory()

        def page(me=me):
            return take("cards_a_day", me.user_id, 7, refusal=CardsUsedUp)

        outcomes = in_parallel(*[page] * 50)
        assert outcomes.count(None) == 28
        assert {type(one) for one in outcomes if one} == {CardsUsedUp}
        assert counted(me) == 196


@pytest.mark.parametrize("is_verified", [False, True])
@pytest.mark.parametrize("is_asked", [False, True])
def test_the_deck_may_wait_for_a_verified_address(client, me, settings, is_asked, is_verified):
    settings.DECK_NEEDS_VERIFIED_ADDRESS = is_asked
    me.user.email_verified_at = timezone.now() if is_verified else None
    me.user.save()
    refused = is_asked and not is_verified
    for path in ("/api/v1/deck", "/api/v1/deck/hints"):
        answer = client.get(path)
        assert answer.status_code == (403 if refused else 200)
        if refused:
            assert answer.data["code"] == "email_unverified"
    assert client.get("/api/v1/me/profile").status_code == 200
