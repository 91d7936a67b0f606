"""What people see of attempts at their own account, and the mail about those from somewhere new."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import AuthenticationAttempt, Session
from accounts.tasks import mail_new_sign_in
from accounts.tests.factories import PASSWORD, SessionFactory, UserFactory
from accounts.tests.sign_ins import attempt

pytestmark = pytest.mark.django_db

SIGN_INS, TOKEN = "/api/v1/auth/sign-ins", "/api/v1/auth/token"


def enter(api, user, password=PASSWORD, where="192.0.2.1", **more):
    body = {"email": user.email, "password": password, **more}
    return api.post(TOKEN, body, REMOTE_ADDR=where, HTTP_USER_AGENT="PupMatch/2.0 (iOS)")


@pytest.mark.requirement("R12.6")
def test_people_see_who_tried_to_sign_in_to_their_account(api, client_for):
    user = UserFactory(email_verified_at=timezone.now())
    enter(api, user, "wrong", where="198.51.100.9")
    enter(api, user)
    session = Session.objects.get()
    rows = client_for(user).get(SIGN_INS).json()["results"]
    made = AuthenticationAttempt.objects.get(outcome="accepted")
    assert rows[0] == {
        "id": str(made.pk),
        "method": "password",
        "outcome": "accepted",
        "ip_address": "192.0.2.1",
        "user_agent": "PupMatch/2.0 (iOS)",
        "session_id": str(session.pk),
        "created_at": made.created_at.isoformat().replace("+00:00", "Z"),
    }
    refused = {name: rows[1][name] for name in ("outcome", "ip_address", "session_id")}
    assert refused == {"outcome": "refused", "ip_address": "198.51.100.9", "session_id": None}
    assert len(rows) == 2


def test_every_way_to_show_who_one_is_is_there_but_quiet_refreshes(api, client_for):
    account = {"email": "rex@pupmatch.example", "password": PASSWORD}
    pair = api.post("/api/v1/auth/register", account).data
    spent = pair["refresh"]
    with time_machine.travel(timezone.now() + timedelta(seconds=1), tick=False) as clock:
        pair = api.post("/api/v1/auth/token/refresh", {"refresh": spent}).data
        clock.shift(11)
        assert api.post("/api/v1/auth/token/refresh", {"refresh": spent}).status_code == 401
        pair = api.post(TOKEN, account).data
        headers = {"HTTP_AUTHORIZATION": f"Bearer {pair['access']}"}
        api.delete("/api/v1/me", {"password": "wrong"}, **headers)
        rows = api.get(SIGN_INS, **headers).json()["results"]
    assert [(row["method"], row["outcome"]) for row in reversed(rows)] == [
        ("register", "accepted"),
        ("refresh", "refused"),
        ("password", "accepted"),
        ("confirm", "refused"),
    ]
    ended, current = Session.objects.order_by("created_at").values_list("pk", flat=True)
    told = [row["session_id"] for row in reversed(rows)]
    assert told == [str(ended), str(ended), str(current), None]


def test_pages_are_newest_first_for_their_owner_alone_and_cost_the_same(
    client_for, django_assert_num_queries
):
    user = UserFactory(email_verified_at=timezone.now() - timedelta(days=1))
    client = client_for(user)
    attempt(UserFactory())
    attempt()
    for number in range(25):
        attempt(user, created_at=timezone.now() - timedelta(minutes=number))
        if number == 0:
            with django_assert_num_queries(2):
                assert len(client.get(SIGN_INS).json()["results"]) == 1
    with django_assert_num_queries(2):
        page = client.get(SIGN_INS, {"limit": 20}).json()
    times = [row["created_at"] for row in page["results"]]
    rest = client.get(page["next"]).json()["results"]
    assert (len(times), len(rest), times) == (20, 5, sorted(times, reverse=True))


def test_whoever_registers_anothers_address_is_not_shown_from_where_its_owner_comes(
    api, client_for
):
    stalker = UserFactory(email="luna@pupmatch.example")

    def shown():
        return [row["method"] for row in client_for(stalker).get(SIGN_INS).json()["results"]]

    account = {"email": stalker.email, "password": PASSWORD}
    enter(api, stalker)
    assert api.post("/api/v1/auth/register", account).status_code == 409
    assert enter(api, stalker, "my own").status_code == 401
    attempt(stalker, method="google", outcome="refused")
    assert shown() == ["password"]
    # It is hers after all: what comes from now on is her business, what was before may be another's.
    stalker.email_verified_at = timezone.now()
    stalker.save()
    assert enter(api, stalker, "wrong").status_code == 401
    assert shown() == ["password", "password"]


def test_staff_whom_nobody_asked_to_confirm_see_all_of_theirs():
    boss = UserFactory(is_staff=True)
    attempt(boss, method="admin", outcome="refused")
    assert AuthenticationAttempt.objects.told_to(boss).count() == 1


def test_nobody_sees_them_without_a_sign_in(api):
    assert api.get(SIGN_INS).status_code == 401


# --- From somewhere new ---------------------------------------------------------------------------


@pytest.fixture
def told(api, mails, settings):
    """`told(user, where=…)`: how many mails came of signing in."""
    settings.NEW_SIGN_IN_MAIL = True

    def sign_in(user, **how):
        before = len(mails())
        assert enter(api, user, **how).status_code == 200
        return len(mails()) - before

    return sign_in


def test_a_mail_tells_of_a_sign_in_in_a_network_where_there_was_none(told, mails):
    user = UserFactory(email_verified_at=timezone.now())
    SessionFactory(user=user, ip_address="192.0.2.1")
    SessionFactory(ip_address="198.51.100.9")
    assert told(user, where="192.0.2.1") == 0
    assert told(user, where="198.51.100.9") == 1
    assert told(user, where="198.51.100.9") == 0
    assert told(user, where="2001:db8:1:2::1") == 1
    assert told(user, where="2001:db8:1:2:f::2") == 0
    mail = mails()[0]
    assert mail.to == [user.email]
    assert f"{timezone.now():%B %Y} at" in mail.body
    # Whoever signs in chooses what they call themselves: no word of that in a mail of ours.
    assert "iOS" not in mail.body


def test_a_device_that_tells_its_id_is_known_wherever_it_goes(told):
    user, device = UserFactory(email_verified_at=timezone.now()), str(uuid.uuid4())
    SessionFactory(user=user, ip_address="192.0.2.1", device_id=device)
    assert told(user, where="198.51.100.9", device_id=device) == 0
    assert told(user, where="192.0.2.1", device_id=str(uuid.uuid4())) == 1


def test_nobody_is_told_of_registering_of_failures_or_where_it_is_switched_off(
    api, mails, settings
):
    settings.NEW_SIGN_IN_MAIL = True
    api.post("/api/v1/auth/register", {"email": "rex@pupmatch.example", "password": PASSWORD})
    assert [mail.subject for mail in mails()] == ["Confirm your e-mail address"]
    user = UserFactory()
    enter(api, user, "wrong")
    assert len(mails()) == 1
    settings.NEW_SIGN_IN_MAIL = False
    enter(api, user)
    assert len(mails()) == 1


def test_nobody_is_told_who_has_gone_meanwhile(mailoutbox):
    mail_new_sign_in(user_id=str(uuid.uuid4()), signed_in_at="2026-11-21T08:00:00+00:00")
    assert not mailoutbox
