"""Who sees what is locked, and lifts it: in the admin."""

import pytest
from django.urls import reverse

from accounts import lockout
from accounts.lockout import EVERYWHERE
from accounts.models import FailedSignIn, Session, email_digest
from accounts.tests.authenticators import app_of
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.staff_sign_in import (
    LOCKED,
    browser,
    clerk,
    fails,
    give_code,
    give_password,
    heard,
)
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

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_locks")]


def failed(user=None, where="192.0.2.1", failures=5):
    one = user or UserFactory.build()
    fails(one, failures, REMOTE_ADDR=where)
    return FailedSignIn.objects.get(username=email_digest(one.email), ip_address=where)


def of_network(where):
    return FailedSignIn.objects.get(username="", ip_address=where)


def shown(client, row, column):
    """What the list has in a column of a row."""
    page = client.get(address(FailedSignIn, "changelist"))
    admin = page.context["cl"].model_admin
    rows = {one.pk: one for one in page.context["cl"].result_list}
    return str(getattr(admin, column)(rows[row.pk]))


def test_every_page_opens_for_superusers_and_for_nobody_else():
    row = failed(where="192.0.2.1")
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
    member = UserFactory()
    of_member = failed(member, where="192.0.2.2", failures=1)
    assert user.email in shown(client, row, "who")
    assert member.email in shown(client, of_member, "who")
    assert (shown(client, other, "who"), shown(client, other, "place")) == ("unknown", "192.0.2.2")
    assert shown(client, row, "state") == "until 08:15 UTC"
    assert shown(client, other, "state") == "not yet"
    everywhere = FailedSignIn.objects.get(username=row.username, ip_address=EVERYWHERE)
    assert shown(client, everywhere, "place") == "wherever it is new"
    for _ in range(5):
        failed(where="192.0.2.3", failures=4)
    assert shown(client, of_network("192.0.2.3"), "state") == "until 08:15 UTC"
    assert shown(client, of_network("192.0.2.3"), "who") == "any"
    clock.shift(16 * 60)
    assert shown(client, row, "state") == "no more"
    found = client.get(address(FailedSignIn, "changelist"), {"q": user.email.upper()})
    assert {one.pk for one in found.context["cl"].result_list} == {row.pk, everywhere.pk}


def admin_of_people():
    """Staff of the role Admin, as far as it matters here."""
    return staff("accounts.view_user", "accounts.change_user")


def test_whoever_edits_people_lifts_a_lockout():
    member = UserFactory()
    row, colleague = failed(member), browser()
    colleague.force_login(UserFactory(is_staff=True))
    path = reverse("admin:accounts_failedsignin_lift", args=[row.pk])
    assert colleague.post(path, {"_form_submitted": "True"}).status_code == 403
    helper = admin_of_people()
    helper.post(path, {"_form_submitted": "True"})
    assert not lockout.locks_of(member.email)
    entry = AuditEntry.objects.get(action="user.lockout_lifted")
    assert (entry.subject_id, entry.data) == (str(member.pk), {"ip_address": "192.0.2.1"})
    row = failed(member)
    chosen = {"action": "lift_selected", "_selected_action": [row.pk]}
    helper.post(address(FailedSignIn, "changelist"), chosen)
    assert not lockout.locks_of(member.email)
    assert AuditEntry.objects.filter(action="user.lockout_lifted").count() == 2


def test_superusers_alone_lift_that_of_a_colleague():
    user, helper = clerk(email="ada@pupmatch.example"), admin_of_people()
    row = failed(user)
    path = reverse("admin:accounts_failedsignin_lift", args=[row.pk])
    assert helper.post(path, {"_form_submitted": "True"}).status_code == 403
    chosen = {"action": "lift_selected", "_selected_action": [row.pk]}
    helper.post(address(FailedSignIn, "changelist"), chosen)
    of_account = reverse("admin:accounts_user_lift_lockout", args=[user.pk])
    assert helper.post(of_account, {"_form_submitted": "True"}).status_code == 403
    assert heard(give_password(browser(), user, REMOTE_ADDR="192.0.2.1")) == [LOCKED]
    superuser_again().post(path, {"_form_submitted": "True"})
    assert heard(give_password(browser(), user, REMOTE_ADDR="192.0.2.1")) == []


def test_a_lockout_is_lifted_on_the_page_of_the_account():
    member, helper = UserFactory(), admin_of_people()
    path = reverse("admin:accounts_user_lift_lockout", args=[member.pk])
    assert helper.post(path, {"_form_submitted": "True"}).status_code == 403, "nothing is locked"
    failed(member)
    failed(member, where="192.0.2.2")
    helper.post(path, {"_form_submitted": "True"})
    assert not lockout.locks_of(member.email)
    assert AuditEntry.objects.get(action="user.lockout_lifted").subject_id == str(member.pk)


def test_what_was_sent_is_not_kept():
    user, client = clerk(), browser()
    app_of(user)
    give_password(client, user)
    give_code(client, "123456")
    stored = str(list(FailedSignIn.objects.values()))
    for secret in ("123456", PASSWORD, user.email):
        assert secret not in stored
    assert not Session.objects.exists()
    assert lockout.forgive(user.email) == 3
