"""Guessing at staff's sign-in: how often, from where, and who lifts what is locked."""

import pytest
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.urls import reverse

from accounts.lockout import EVERYWHERE
from accounts.models import AuthenticationAttempt, FailedSignIn, email_digest
from accounts.staff import factors
from accounts.staff.lockout import COOKIE
from accounts.tasks import clear_staff_sign_ins
from accounts.tests.authenticators import app_of, code
from accounts.tests.factories import SessionFactory, UserFactory
from accounts.tests.staff_sign_in import (
    HOME,
    LOCKED,
    browser,
    clerk,
    fails,
    give_code,
    give_password,
    heard,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_locks")]


def test_the_sixth_attempt_is_not_looked_at_even_if_it_is_right(clock):
    user = clerk()
    assert heard(fails(user, 5)) != [LOCKED]
    assert heard(give_password(browser(), user)) == [LOCKED]
    clock.shift(14 * 60)
    assert heard(give_password(browser(), user)) == [LOCKED]
    clock.shift(60 + 1)
    assert heard(give_password(browser(), user)) == [], "trying meanwhile makes it no longer"


@pytest.mark.requirement("R1.3")
def test_an_address_that_nobody_has_is_locked_in_the_same_words():
    nobody = UserFactory.build(email="nobody@pupmatch.example")
    user = clerk()
    for one, where in ((nobody, "192.0.2.1"), (user, "192.0.2.2")):
        answers = [heard(fails(one, 1, REMOTE_ADDR=where)) for _ in range(6)]
        assert answers[5] == [LOCKED]
        assert answers[:5] == [answers[0]] * 5
    assert email_digest(nobody.email) in FailedSignIn.objects.values_list("username", flat=True)
    stored = str(list(FailedSignIn.objects.values()))
    assert "nobody@" not in stored
    assert "wrong" not in stored


def test_an_account_is_locked_where_it_is_guessed_at_and_a_network_for_everybody():
    ada, ben = clerk(), clerk(email="ben@pupmatch.example")
    fails(ada, 5, REMOTE_ADDR="192.0.2.1")
    assert heard(give_password(browser(), ada, REMOTE_ADDR="192.0.2.1")) == [LOCKED]
    assert heard(give_password(browser(), ada, REMOTE_ADDR="198.51.100.9")) == []
    assert heard(give_password(browser(), ben, REMOTE_ADDR="192.0.2.1")) == []
    for i in range(15):
        nobody = UserFactory.build(email=f"nobody{i}@pupmatch.example")
        fails(nobody, 1, REMOTE_ADDR="192.0.2.1")
    assert heard(give_password(browser(), ben, REMOTE_ADDR="192.0.2.1")) == [LOCKED]
    assert heard(give_password(browser(), ben, REMOTE_ADDR="198.51.100.9")) == []


def test_a_network_of_ipv6_is_one_address():
    for i in range(20):
        nobody = UserFactory.build(email=f"nobody{i}@pupmatch.example")
        fails(nobody, 1, REMOTE_ADDR=f"2001:db8:1:2::{i:x}")
    assert heard(give_password(browser(), clerk(), REMOTE_ADDR="2001:db8:1:2:f::1")) == [LOCKED]
    assert (
        heard(
            give_password(
                browser(), clerk(email="b@pupmatch.example"), REMOTE_ADDR="2001:db8:1:3::1"
            )
        )
        == []
    )


@pytest.mark.parametrize("proxies", [0, 1, 2])
def test_a_forged_header_does_not_get_around_it(settings, proxies):
    settings.PROXY_COUNT = settings.REST_FRAMEWORK["NUM_PROXIES"] = proxies
    behind = ["203.0.113.5", "10.0.0.1"][:proxies]
    for i in range(20):
        nobody = UserFactory.build(email=f"nobody{i}@pupmatch.example")
        forged = ", ".join([f"192.0.2.{i}", *behind])
        fails(nobody, 1, REMOTE_ADDR="10.0.0.2", HTTP_X_FORWARDED_FOR=forged)
    forged = ", ".join(["198.51.100.1", *behind])
    answer = give_password(browser(), clerk(), REMOTE_ADDR="10.0.0.2", HTTP_X_FORWARDED_FOR=forged)
    assert heard(answer) == [LOCKED]
    of_networks = FailedSignIn.objects.exclude(ip_address=EVERYWHERE)
    assert of_networks.values("ip_address").distinct().count() == 1


@pytest.mark.requirement("R12.6")
def test_guessing_codes_locks_the_account(clock):
    user = clerk()
    secret = app_of(user)
    client = browser()
    give_password(client, user)
    for _ in range(5):
        assert heard(give_code(client, "000000")) != [LOCKED]
    assert heard(give_code(client, code(secret))) == [LOCKED]
    assert heard(give_password(browser(), user)) == [LOCKED]
    refused = AuthenticationAttempt.objects.filter(method="factor", outcome="refused")
    assert refused.count() == 6


def test_codes_are_guessed_at_no_more_often_from_everywhere(clock):
    """Whoever found out the password may come from many networks, and sign in to the app from each."""
    user = clerk()
    secret = app_of(user)
    for number in range(6):
        client, where = browser(), f"192.0.2.{number}"
        SessionFactory(user=user, ip_address=where)
        give_password(client, user, REMOTE_ADDR=where)
        answer = give_code(client, "000000", REMOTE_ADDR=where)
        assert (heard(answer) == [LOCKED]) == (number == 5)
    client = browser()
    give_password(client, user, REMOTE_ADDR="198.51.100.9")
    assert heard(give_code(client, code(secret), REMOTE_ADDR="198.51.100.9")) == [LOCKED]


def test_strangers_keep_nobody_out_who_works_here_every_day(settings, clock):
    settings.SIGN_IN_LOCKS = {**settings.SIGN_IN_LOCKS, "account": 6}
    user, client = clerk(), browser()
    secret = app_of(user)
    give_password(client, user)
    assert give_code(client, code(secret)).status_code == 302
    cookie = client.cookies[COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/", True, "Lax")
    client.post(reverse("staff:sign_out"), secure=True)
    for number in range(6):
        fails(user, 1, REMOTE_ADDR=f"192.0.2.{number}")
    elsewhere = {"REMOTE_ADDR": "198.51.100.9"}
    assert heard(give_password(browser(), user, **elsewhere)) == [LOCKED]
    assert heard(give_password(client, user, **elsewhere)) == []
    # The cookie is a place of its own, and worth nothing for anybody else or by another hand.
    assert heard([give_password(client, user, "wrong", **elsewhere) for _ in range(6)][5]) == [
        LOCKED
    ]
    forger = browser()
    forger.cookies[COOKIE] = cookie.value[:-1] + "x"
    assert heard(give_password(forger, user, **elsewhere)) == [LOCKED]
    ben, other = clerk(email="ben@pupmatch.example"), browser()
    bens_secret = app_of(ben)
    give_password(other, ben)
    assert give_code(other, code(bens_secret)).status_code == 302
    other.post(reverse("staff:sign_out"), secure=True)
    assert heard(give_password(other, user, **elsewhere)) == [LOCKED]
    clock.shift(91 * 24 * 3600)
    for number in range(6):
        fails(user, 1, REMOTE_ADDR=f"192.0.2.{number}")
    assert heard(give_password(client, user, **elsewhere)) == [LOCKED], "after 90 days"


def test_the_right_password_forgives_nothing_before_the_second_step():
    user = clerk()
    secret = app_of(user)
    client = browser()
    fails(user, 2)
    give_password(client, user)
    give_code(client, "000000")
    places = FailedSignIn.objects.exclude(username="").exclude(ip_address=EVERYWHERE)
    assert sum(places.values_list("failures_since_start", flat=True)) == 3
    give_code(client, code(secret))
    assert not FailedSignIn.objects.exclude(username="").exists()


def test_a_colleagues_sign_in_forgives_nobody_else():
    ada, ben = clerk(), clerk(email="ben@pupmatch.example")
    secret, client = app_of(ben), browser()
    fails(ada, 4)
    give_password(client, ben)
    assert give_code(client, code(secret)).status_code == 302
    fails(ada, 1)
    assert heard(give_password(browser(), ada)) == [LOCKED]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["password", "code"])
def test_guesses_at_once_from_many_addresses_are_not_more(in_parallel, monkeypatch, settings, step):
    settings.SIGN_IN_LOCKS = {**settings.SIGN_IN_LOCKS, "account": 5}
    user = clerk()
    app_of(user)
    looked = []
    monkeypatch.setattr(type(user), "check_password", lambda self, raw: looked.append(1))
    monkeypatch.setattr(factors, "_counter_of", lambda secret, code: looked.append(1))
    clients = [browser() for _ in range(12)]
    if step == "code":
        for client in clients:
            client.force_login(user)
            client.get(HOME, secure=True)

    def guess(i, client):
        where = {"REMOTE_ADDR": f"192.0.2.{i}"}
        if step == "password":
            return give_password(client, user, "wrong", **where)
        return client.post(reverse("staff:confirm"), {"code": "123456"}, secure=True, **where)

    in_parallel(*(lambda i=i, c=c: guess(i, c) for i, c in enumerate(clients)))
    assert len(looked) <= 5


def test_the_apis_sign_in_writes_no_errors(api, caplog):
    user = clerk()
    for _ in range(6):
        form = {"email": user.email, "password": "wrong"}
        assert api.post("/api/v1/auth/token", form).status_code in (401, 429)
    assert "AXES" not in caplog.text
    assert not any("axes" in str(receiver) for receiver in user_login_failed.receivers)
    assert not any("axes" in str(receiver) for receiver in user_logged_in.receivers)


def test_failures_are_forgotten_when_they_count_no_more(clock):
    fails(clerk(), 3)
    clear_staff_sign_ins()
    assert FailedSignIn.objects.exists()
    clock.shift(16 * 60)
    clear_staff_sign_ins()
    assert not FailedSignIn.objects.exists()
