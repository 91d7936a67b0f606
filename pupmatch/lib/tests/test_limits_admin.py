"""Staff see who is limited, and let them ask again."""

import pytest
from django.urls import reverse
from django.utils import timezone

from pupmatch.lib.models import AuditEntry, LimitedCaller, RequestCounter
from pupmatch.lib.tests.admin_pages import staff, superuser
from pupmatch.lib.tests.counting_at_once import REDIS, RedisServer
from pupmatch.lib.tests.test_admin import somebody
from pupmatch.lib.throttling import count_request, counting, limit_of, refusals
from pupmatch.lib.throttling.limits import Kind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_limits")]
LIST = "admin:lib_limitedcaller_changelist"
REASON = {"_form_submitted": "True", "reason": "They asked us to, ticket 17"}


@pytest.fixture(autouse=True)
def rates(settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"walk": (2, 600), "talk": (2, 600)}


def tire(scope, kind, caller, times=5):
    """Ask more often than one may; the row that staff see."""
    for _ in range(times):
        counting.count([limit_of(scope, kind, str(caller))])
    return LimitedCaller.objects.get(scope=scope, caller=str(caller))


def test_a_refusal_says_who_was_limited_by_what_and_until_when():
    user = somebody()
    row = tire("walk", Kind.PERSON, user.pk)
    assert (row.user, row.allowed, row.seconds, row.windows) == (user, 2, 600, 1)
    assert 598 < (row.window_ends_at - timezone.now()).total_seconds() < 600
    assert row.refusals == 1, "the others within a second are written with the next"
    there = tire("walk", Kind.ADDRESS, "192.0.2.0")
    assert (there.user, there.kind) == (None, "address")


def test_refusals_within_a_second_are_written_together(monkeypatch):
    monkeypatch.setattr(refusals, "AGAIN_S", 0.05)
    user = somebody()
    tire("walk", Kind.PERSON, user.pk, 12)
    refusals._known[f"walk:person:{user.pk}"].until = 0
    assert tire("walk", Kind.PERSON, user.pk, 1).refusals == 11


def test_whoever_is_gone_is_refused_all_the_same():
    row = tire("walk", Kind.PERSON, "00000000-0000-4000-8000-000000000000")
    assert row.user is None


def test_the_list_shows_people_and_addresses_and_finds_them():
    user = somebody()
    tire("walk", Kind.PERSON, user.pk)
    tire("talk", Kind.ADDRESS, "192.0.2.0")
    client = superuser()
    page = client.get(reverse(LIST)).content.decode()
    assert reverse("admin:accounts_user_change", args=[user.pk]) in page
    assert "192.0.2.0" in page
    for words, found in ((user.email, 1), (user.pk, 1), ("192.0.", 1), ("198.51.", 0)):
        rows = client.get(reverse(LIST), {"q": words}).context["cl"].result_list
        assert len(rows) == found, words
    for query, found in (
        ("state=now", 2),
        ("state=over", 0),
        ("scope=walk", 1),
        ("kind=address", 1),
    ):
        assert len(client.get(f"{reverse(LIST)}?{query}").context["cl"].result_list) == found


STORES = [
    "postgresql",
    pytest.param("redis", marks=pytest.mark.skipif(not REDIS, reason="no Redis")),
]


@pytest.fixture(params=STORES)
def store(request, settings):
    """Where requests are counted."""
    if request.param == "postgresql":
        yield
        return
    server = RedisServer().start()
    settings.REDIS_URL = server.url
    yield
    server.kill()


def test_a_lifted_limit_begins_anew(store, django_capture_on_commit_callbacks):
    user = somebody()
    row, other = tire("walk", Kind.PERSON, user.pk), tire("talk", Kind.PERSON, user.pk)
    by = somebody()
    with django_capture_on_commit_callbacks(execute=True):
        refusals.lift(limited=row, by=by, reason="They asked us to")
    limit = limit_of("walk", Kind.PERSON, str(user.pk))
    assert counting.count([limit]).number == 1
    assert not counting.count([limit_of("talk", Kind.PERSON, str(user.pk))]).is_allowed
    entry = AuditEntry.objects.get(action="limit.lift")
    assert (entry.actor_id, entry.reason, entry.data) == (
        by.pk,
        "They asked us to",
        {"scope": "walk"},
    )
    # Limited once more, it is the same row, about the new window.
    again = tire("walk", Kind.PERSON, user.pk)
    assert (again.pk, again.windows, again.lifted_at) == (row.pk, 2, None)
    assert other.windows == 1


def test_the_page_lifts_for_a_reason():
    row = tire("walk", Kind.PERSON, somebody().pk)
    client, address = superuser(), reverse("admin:lib_limitedcaller_lift", args=[row.pk])
    client.post(address, REASON | {"reason": ""})
    assert RequestCounter.objects.filter(key=row.key).exists()
    client.post(address, REASON)
    assert not RequestCounter.objects.filter(key=row.key).exists()
    row.refresh_from_db()
    assert row.lifted_at
    assert client.post(address, REASON).status_code == 403, "there is nothing left to lift"


def test_whoever_may_only_look_lifts_nothing():
    row = tire("walk", Kind.PERSON, somebody().pk)
    client = staff("lib.view_limitedcaller")
    assert client.get(reverse(LIST)).status_code == 200
    address = reverse("admin:lib_limitedcaller_lift", args=[row.pk])
    assert client.post(address, REASON).status_code == 403


def test_what_is_long_over_is_forgotten(settings):
    row = tire("walk", Kind.PERSON, somebody().pk)
    LimitedCaller.objects.update(window_ends_at=timezone.now() - refusals.KEPT)
    assert counting.forget_past_windows() == 1
    assert not LimitedCaller.objects.filter(pk=row.pk).exists()


def test_refusals_are_counted_for_metrics():
    before = refusals.REFUSED.labels("talk")._value.get()
    for _ in range(5):
        count_request("talk", "192.0.2.1")
    assert refusals.REFUSED.labels("talk")._value.get() == before + 3
