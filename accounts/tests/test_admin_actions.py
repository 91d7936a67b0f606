from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import standing
from accounts.models import (
    AuthenticationAttempt,
    Session,
    User,
    email_digest,
)
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.sign_ins import attempt, session
from pupmatch.lib.models import AuditEntry
from pupmatch.lib.tests.admin_pages import (
    address,
    staff,
    superuser,
)

pytestmark = pytest.mark.django_db

LATER = timezone.now() + timedelta(days=7)


def act(client, row, verb, **headers):
    opts = row._meta
    path = reverse(f"admin:{opts.app_label}_{opts.model_name}_{verb}", args=[row.pk])
    question = client.get(path)
    assert question.status_code == 200
    return client.post(path, {"_form_submitted": "True"}, headers=headers)


def test_deactivating_ends_sign_ins_and_reactivating_lets_in_again():
    user = UserFactory()
    live = session(user)
    client = superuser()
    answer = act(client, user, "deactivate", **{"HX-Request": "true"})
    assert answer["HX-Redirect"] == address(user, "change")
    user.refresh_from_db()
    live.refresh_from_db()
    assert not user.is_active
    assert (live.end_reason, live.ended_at is None) == ("staff", False)
    path = reverse("admin:accounts_user_deactivate", args=[user.pk])
    assert client.get(path).status_code == 403
    assert act(client, user, "reactivate").status_code == 302
    user.refresh_from_db()
    assert user.is_active
    actions = AuditEntry.objects.about(user).values_list("action", flat=True)
    assert list(actions) == ["user.reactivate", "user.deactivate"]


def test_a_question_alone_does_nothing():
    user = UserFactory()
    client = superuser()
    path = reverse("admin:accounts_user_deactivate", args=[user.pk])
    assert client.get(path).status_code == 200
    assert client.post(path).status_code == 200
    user.refresh_from_db()
    assert user.is_active


def test_actions_want_the_page_that_asked():
    user = UserFactory()
    signed_in = superuser()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in.cookies
    path = reverse("admin:accounts_user_deactivate", args=[user.pk])
    assert strict.post(path, {"_form_submitted": "True"}).status_code == 403


def test_nobody_deactivates_themselves_or_many_at_once():
    client = superuser()
    me, user = User.objects.get(), UserFactory()
    path = reverse("admin:accounts_user_deactivate", args=[me.pk])
    assert client.post(path, {"_form_submitted": "True"}).status_code == 403
    chosen = {"action": "deactivate_selected", "_selected_action": [user.pk]}
    client.post(address(User, "changelist"), chosen)
    assert not User.objects.filter(is_active=False).exists()


STATES = {
    "active": lambda user: None,
    "limited until": lambda user: standing.limit(user=user, until=LATER),
    "suspended until": lambda user: standing.suspend(user=user, until=LATER),
    "banned since": lambda user: standing.ban(user=user),
    "deactivated": lambda user: standing.deactivate(user=user),
}


@pytest.mark.parametrize("state", STATES)
def test_staff_see_how_somebody_stands(state):
    user, client = UserFactory(), superuser()
    STATES[state](user)
    for page in (address(user, "change"), address(User, "changelist") + f"?q={user.pk}"):
        assert state in client.get(page).content.decode()


@pytest.mark.parametrize("state", ["suspended until", "banned since"])
def test_a_decision_is_not_undone_by_reactivating(state):
    user, client = UserFactory(), superuser()
    STATES[state](user)
    path = reverse("admin:accounts_user_reactivate", args=[user.pk])
    assert client.post(path, {"_form_submitted": "True"}).status_code == 403
    act(client, user, "deactivate")
    user.refresh_from_db()
    assert not user.may_sign_in
    act(client, user, "reactivate")
    user.refresh_from_db()
    assert (user.is_active, user.may_sign_in) == (False, True)


def test_staff_sign_somebody_out_everywhere():
    user = UserFactory()
    for _ in range(2):
        session(user)
    act(superuser(), user, "sign_out")
    assert not user.sessions.live().exists()


def test_staff_end_one_sign_in_or_some():
    user = UserFactory()
    first, second, third = (session(user) for _ in range(3))
    client = staff("accounts.view_session", "accounts.change_session")
    act(client, first, "end")
    assert set(user.sessions.live()) == {second, third}
    chosen = {"action": "end_selected", "_selected_action": [first.pk, second.pk]}
    client.post(address(Session, "changelist"), chosen)
    assert set(user.sessions.live()) == {third}
    colleague = session(UserFactory(is_staff=True))
    path = reverse("admin:accounts_session_end", args=[colleague.pk])
    assert client.post(path, {"_form_submitted": "True"}).status_code == 403


def test_who_may_only_look_ends_no_sign_in():
    live = session()
    client = staff()
    path = reverse("admin:accounts_session_end", args=[live.pk])
    assert client.post(path, {"_form_submitted": "True"}).status_code == 403
    chosen = {"action": "end_selected", "_selected_action": [live.pk]}
    client.post(address(Session, "changelist"), chosen)
    assert Session.objects.live().filter(pk=live.pk).exists()


def test_staff_mail_a_link_for_a_new_password(mails):
    user = UserFactory()
    act(superuser(), user, "send_reset")
    assert [message.to for message in mails()] == [[user.email]]


# --- Erasing -------------------------------------------------------------------------------------


def test_deleting_an_account_leaves_no_address_on_record():
    user = UserFactory(email="gone@pupmatch.example")
    session(user)
    attempt(user)
    attempt(email_digest=email_digest(user.email))
    client = superuser()
    client.post(address(user, "change"), {"email": "gone@pupmatch.example", "is_staff": ""})
    question = client.get(address(user, "delete")).content.decode()
    assert "every message in them" in question
    assert client.post(address(user, "delete"), {"post": "yes"}).status_code == 302
    assert not User.objects.filter(pk=user.pk).exists()
    assert not Session.objects.exists()
    assert not AuthenticationAttempt.objects.exists()
    actions = AuditEntry.objects.about(user).values_list("action", flat=True)
    assert list(actions) == ["user.delete", "user.change"]
    for entry in AuditEntry.objects.values():
        assert "gone@" not in str(entry)


def test_staff_are_not_deleted_while_they_are_staff():
    boss = superuser()
    colleague = UserFactory(is_staff=True)
    assert boss.post(address(colleague, "delete"), {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=colleague.pk).exists()


def test_many_accounts_are_not_deleted_at_once():
    user = UserFactory()
    form = {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"}
    superuser().post(address(User, "changelist"), form)
    assert User.objects.filter(pk=user.pk).exists()


def test_signing_in_to_the_admin_takes_capitals_and_leaves_a_trace():
    UserFactory(email="clerk@pupmatch.example", is_staff=True)
    form = {"username": "Clerk@PupMatch.example", "password": PASSWORD}
    answer = Client().post(reverse("admin:login"), {**form, "next": reverse("admin:index")})
    assert answer.status_code == 302
    assert AuthenticationAttempt.objects.get().method == "admin"
