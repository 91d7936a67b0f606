"""Guessing at staff's sign-in: how often, from where, and who lifts what is locked."""

import pytest
import time_machine
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.urls import reverse

from accounts.models import AuthenticationAttempt, FailedSignIn, Session, email_digest
from accounts.staff import factors, lockout
from accounts.tasks import clear_staff_sign_ins
from accounts.tests.authenticators import app_of, code
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.staff_sign_in import HOME, browser, clerk, give_code, give_password
from pupmatch.lib.models import AuditEntry
from pupmatch.lib.tests.admin_pages import (
    address,
    cannot_be_changed,
    filters_answer,
    list_costs_the_same,
    opens,
    staff,
    superuser,
)

pytestmark = pytest.mark.django_db

LOCKED = "Too many failed attempts. Wait 15 minutes, then try again."


@pytest.fixture
def clock():
    with time_machine.travel("2026-11-21T08:00:00Z", tick=False) as clock:
        yield clock


def heard(answer):
    """What the page says, or nothing where the step was passed."""
    if answer.status_code == 302:
        return []
    form = answer.context.get("form") or answer.context["code"]
    return form.non_field_errors()


def fails(user, times, **headers):
    for _ in range(times):
        answer = give_password(browser(), user, "wrong", **headers)
    return answer


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


def test_an_account_is_locked_from_everywhere_and_an_address_for_everybody():
    ada, ben = clerk(), clerk(email="ben@pupmatch.example")
    fails(ada, 5, REMOTE_ADDR="192.0.2.1")
    assert heard(give_password(browser(), ada, REMOTE_ADDR="198.51.100.9")) == [LOCKED]
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
    assert FailedSignIn.objects.values("ip_address").distinct().count() == 1


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


def test_the_right_password_forgives_nothing_before_the_second_step():
    user = clerk()
    secret = app_of(user)
    client = browser()
    fails(user, 2)
    give_password(client, user)
    give_code(client, "000000")
    assert sum(FailedSignIn.objects.values_list("failures_since_start", flat=True)) == 3
    give_code(client, code(secret))
    assert not FailedSignIn.objects.exists()


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
def test_guesses_at_once_from_many_addresses_are_not_more(in_parallel, monkeypatch, step):
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
        assert api.post("/api/v1/auth/token", form).status_code == 401
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


# --- In the admin ---------------------------------------------------------------------------------


def failed(user=None, where="192.0.2.1", failures=5):
    one = user or UserFactory.build()
    fails(one, failures, REMOTE_ADDR=where)
    return FailedSignIn.objects.get(username=email_digest(one.email), ip_address=where)


def shown(client, row, column):
    """What the list has in a column of a row."""
    page = client.get(address(FailedSignIn, "changelist"))
    admin = page.context["cl"].model_admin
    rows = {one.pk: one for one in page.context["cl"].result_list}
    return str(getattr(admin, column)(rows[row.pk]))


def test_every_page_opens_for_superusers_and_for_nobody_else():
    row = failed()
    opens(superuser(), row)
    filters_answer(superuser_again(), FailedSignIn)
    cannot_be_changed(superuser_again(), row)
    clerks = staff()
    for path in (address(FailedSignIn, "changelist"), address(row, "change")):
        assert clerks.get(path).status_code == 403


def superuser_again():
    client = browser()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def test_the_list_costs_the_same_for_one_row_and_for_twenty():
    numbers = iter(range(1, 200))
    list_costs_the_same(superuser(), lambda: failed(where=f"192.0.2.{next(numbers)}", failures=1))


def test_the_list_says_who_and_what_is_locked(clock):
    user, client = clerk(), superuser_again()
    row, other = failed(user), failed(where="192.0.2.2", failures=2)
    assert user.email in shown(client, row, "who")
    assert shown(client, other, "who") == "not of staff"
    assert shown(client, row, "state") == "account until 08:15 UTC"
    assert shown(client, other, "state") == "not yet"
    many = [failed(where="192.0.2.3", failures=4) for _ in range(5)]
    assert shown(client, many[0], "state") == "address until 08:15 UTC"
    clock.shift(16 * 60)
    assert shown(client, row, "state") == "no more"
    found = client.get(address(FailedSignIn, "changelist"), {"q": user.email.upper()})
    assert [one.pk for one in found.context["cl"].result_list] == [row.pk]


def test_superusers_lift_a_lockout():
    user = clerk(email="ada@pupmatch.example")
    row = failed(user)
    path = reverse("admin:accounts_failedsignin_lift", args=[row.pk])
    assert staff().post(path, {"_form_submitted": "True"}).status_code == 403
    boss = superuser_again()
    boss.post(path, {"_form_submitted": "True"})
    assert heard(give_password(browser(), user)) == []
    entry = AuditEntry.objects.get(action="staff.lockout_lifted")
    assert (entry.subject_id, entry.data) == (str(user.pk), {"ip_address": "192.0.2.1"})
    row = failed(user)
    chosen = {"action": "lift_selected", "_selected_action": [row.pk]}
    boss.post(address(FailedSignIn, "changelist"), chosen)
    assert not FailedSignIn.objects.exists()
    assert AuditEntry.objects.filter(action="staff.lockout_lifted").count() == 2


def test_what_was_sent_is_not_kept():
    user, client = clerk(), browser()
    app_of(user)
    give_password(client, user)
    give_code(client, "123456")
    stored = str(list(FailedSignIn.objects.values()))
    for secret in ("123456", PASSWORD, user.email):
        assert secret not in stored
    assert not Session.objects.exists()
    assert lockout.forgive(user.email) == 1
