"""Sign-ins over time: refresh, reuse, sign-out, and the list of where one is signed in."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import RefreshTokenRecord, Session, User
from accounts.services import MOST_SIGN_INS, clear_expired
from accounts.tests.factories import PASSWORD, SessionFactory, UserFactory
from accounts.tests.sign_ins import bearer
from accounts.tokens import issue_pair, read_refresh
from events.models import Event

pytestmark = pytest.mark.django_db

ME, SESSIONS = "/api/v1/me", "/api/v1/auth/sessions"
REFRESH = "/api/v1/auth/token/refresh"


def ident(pair):
    """What a refresh token is known by."""
    return read_refresh(pair["refresh"])["jti"]


def test_of_too_many_the_one_used_longest_ago_ends(api):
    user = UserFactory(email="rex@pupmatch.example")
    sessions = [
        SessionFactory(user=user, last_used_at=timezone.now() - timedelta(minutes=minutes))
        for minutes in range(MOST_SIGN_INS + 2)
    ]
    other = SessionFactory(last_used_at=timezone.now() - timedelta(days=9))
    entered = api.post("/api/v1/auth/token", {"email": user.email, "password": PASSWORD})
    assert entered.status_code == 200
    ended = list(Session.objects.filter(end_reason="surplus").values_list("pk", flat=True))
    assert set(ended) == {each.pk for each in sessions[-3:]}
    assert Session.objects.live().filter(user=user).count() == MOST_SIGN_INS
    assert Session.objects.live().filter(pk=other.pk).exists()
    told = Event.objects.filter(stream_id=user.pk, type="account.signed_out")
    assert {each.data["session_id"] for each in told} == {str(pk) for pk in ended}


def test_of_those_that_ended_the_oldest_go(api, monkeypatch):
    monkeypatch.setattr("accounts.services.MOST_ENDED", 2)
    user, now = UserFactory(), timezone.now()
    ends = {"ended_at": now, "end_reason": "logout"}
    _, *kept = [SessionFactory(user=user, **ends) for _ in range(3)]
    live, others = SessionFactory(user=user), SessionFactory(**ends)
    entered = api.post("/api/v1/auth/token", {"email": user.email, "password": PASSWORD})
    assert entered.status_code == 200
    left = set(Session.objects.values_list("pk", flat=True)) - {Session.objects.latest("pk").pk}
    assert left == {*(each.pk for each in kept), live.pk, others.pk}


def test_a_deleted_or_closed_account_is_signed_out_and_never_an_error(client_for, api):
    for end in (User.delete, lambda user: User.objects.filter(pk=user.pk).update(is_active=False)):
        user = UserFactory()
        client = client_for(user)
        end(user)
        assert client.get(ME).status_code == 401
        answer = api.post(REFRESH, {"refresh": client.tokens.refresh})
        assert (answer.status_code, answer.data["code"]) == (401, "refresh_refused")


def test_an_expired_access_token_does_not_hinder_a_refresh(client_for):
    with time_machine.travel(timezone.now()) as clock:
        client = client_for(UserFactory())
        clock.shift(1000)
        assert client.post(REFRESH, {"refresh": client.tokens.refresh}).status_code == 200


def test_a_refresh_spends_the_token_for_another_pair(client_for, api):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = client_for(UserFactory())
        clock.shift(5)
        answer = api.post(REFRESH, {"refresh": client.tokens.refresh})
        assert answer.status_code == 200
        assert answer.data["refresh"] != client.tokens.refresh
        assert bearer(api, answer.data["access"]).get(ME).status_code == 200
        assert Session.objects.get().last_used_at == timezone.now()


def test_a_spent_token_gives_what_followed_within_ten_seconds_and_ends_the_family_later(
    client_for, api
):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = client_for(UserFactory())
        old = {"refresh": client.tokens.refresh}
        first = api.post(REFRESH, old).data
        clock.shift(10)
        second = api.post(REFRESH, old).data
        assert bearer(api, second["access"]).get(ME).status_code == 200
        assert ident(first) == ident(second) != ident(old)
        clock.shift(0.001)
        assert api.post(REFRESH, old).data["code"] == "refresh_refused"
    assert Session.objects.get().end_reason == Session.EndReason.REUSE
    assert api.post(REFRESH, {"refresh": second["refresh"]}).status_code == 401
    assert bearer(api, second["access"]).get(ME).data["code"] == "session_ended"


def test_a_family_has_one_token_that_opens_anything_whoever_copied_one(client_for, api):
    """A thief who is as quick as the app has what the app has, and is noticed at the next use."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = client_for(UserFactory())
        old = {"refresh": client.tokens.refresh}
        mine, stolen = api.post(REFRESH, old).data, api.post(REFRESH, old).data
        clock.shift(5)
        later = api.post(REFRESH, {"refresh": mine["refresh"]}).data
        # What followed that which followed.
        assert ident(api.post(REFRESH, old).data) == ident(later)
        assert RefreshTokenRecord.objects.filter(spent_at=None).count() == 1
        clock.shift(11)
        assert api.post(REFRESH, {"refresh": stolen["refresh"]}).status_code == 401
        assert api.post(REFRESH, {"refresh": later["refresh"]}).status_code == 401


def test_of_several_unused_ones_from_before_the_one_that_is_used_stays(client_for, api):
    client = client_for(UserFactory())
    other = issue_pair(Session.objects.get())
    answer = api.post(REFRESH, {"refresh": client.tokens.refresh})
    assert answer.status_code == 200
    assert RefreshTokenRecord.objects.filter(spent_at=None).count() == 1
    assert api.post(REFRESH, {"refresh": other.refresh}).status_code == 401


def test_records_of_tokens_that_have_expired_are_removed(client_for, time_machine):
    client_for(UserFactory())
    made = timezone.now()
    time_machine.move_to(made + timedelta(days=60))
    clear_expired()
    assert RefreshTokenRecord.objects.count() == 1
    time_machine.move_to(made + timedelta(days=62))
    clear_expired()
    assert not RefreshTokenRecord.objects.exists()
    assert Session.objects.exists()


def test_a_family_that_ended_takes_no_other_with_it(client_for, api):
    user = UserFactory()
    stolen, other = client_for(user), client_for(user)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        api.post(REFRESH, {"refresh": stolen.tokens.refresh})
        clock.shift(11)
        assert api.post(REFRESH, {"refresh": stolen.tokens.refresh}).status_code == 401
    assert stolen.get(ME).status_code == 401
    assert other.get(ME).status_code == 200


def test_a_sign_in_lasts_sixty_days_from_its_last_use(client_for, api):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        token = client_for(UserFactory()).tokens.refresh
        for days in (59, 59):
            clock.shift(timedelta(days=days))
            token = api.post(REFRESH, {"refresh": token}).data["refresh"]
        clock.shift(timedelta(days=60))
        assert api.post(REFRESH, {"refresh": token}).status_code == 401


@pytest.mark.requirement("R12.5")
@pytest.mark.parametrize("token", ["", None, 7, [], {}, "x" * 3000])
def test_a_refresh_token_of_the_wrong_shape_is_invalid(api, token):
    answer = api.post(REFRESH, {"refresh": token})
    assert answer.status_code in {400, 401}


def test_signing_out_kills_this_sign_in_and_no_other(client_for, api):
    user = UserFactory()
    here, there = client_for(user), client_for(user)
    assert here.post("/api/v1/auth/logout").status_code == 204
    assert here.get(ME).data["code"] == "session_ended"
    assert api.post(REFRESH, {"refresh": here.tokens.refresh}).status_code == 401
    assert there.get(ME).status_code == 200


def test_signing_out_everywhere_kills_all_of_mine_and_none_of_others(client_for):
    user = UserFactory()
    here, there, stranger = client_for(user), client_for(user), client_for(UserFactory())
    assert here.post("/api/v1/auth/logout-all").status_code == 204
    assert [c.get(ME).status_code for c in (here, there, stranger)] == [401, 401, 200]


def test_the_list_of_sign_ins_says_where_and_which_one_is_this(client_for):
    user = UserFactory()
    SessionFactory()
    SessionFactory(user=user, ended_at=timezone.now(), end_reason="logout")
    other, client = SessionFactory(user=user), client_for(user)
    rows = client.get(SESSIONS).json()["results"]
    assert [row["is_current"] for row in rows] == [True, False]
    assert rows[1] == {
        "id": str(other.pk),
        "ip_address": "192.0.2.1",
        "user_agent": "PupMatch/1.0 (tests)",
        "created_at": other.created_at.isoformat().replace("+00:00", "Z"),
        "last_used_at": other.last_used_at.isoformat().replace("+00:00", "Z"),
        "is_current": False,
    }


def test_the_list_of_sign_ins_costs_the_same_for_one_and_for_twenty(
    client_for, django_assert_num_queries
):
    client = client_for(user := UserFactory())
    for _ in range(2):
        with django_assert_num_queries(2):
            client.get(SESSIONS)
        SessionFactory.create_batch(19, user=user)


def test_one_sign_in_can_be_ended_from_another(client_for):
    user = UserFactory()
    here, there = client_for(user), client_for(user)
    row = next(r for r in here.get(SESSIONS).data["results"] if not r["is_current"])
    assert here.delete(f"{SESSIONS}/{row['id']}").status_code == 204
    assert here.delete(f"{SESSIONS}/{row['id']}").status_code == 404
    assert there.get(ME).status_code == 401


def test_sign_ins_of_others_are_none_of_my_business(client_for):
    client, foreign = client_for(UserFactory()), SessionFactory()
    answers = [client.delete(f"{SESSIONS}/{pk}") for pk in (foreign.pk, uuid.uuid4())]
    bodies = [{**answer.json(), "request_id": ""} for answer in answers]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert bodies[0] == bodies[1]
    assert Session.objects.live().filter(pk=foreign.pk).exists()
