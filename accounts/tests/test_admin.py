import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from accounts.models import (
    AuthenticationAttempt,
    Block,
    FailedSignIn,
    RefreshTokenRecord,
    SecondFactor,
    Session,
    SignInNonce,
    User,
    email_digest,
)
from accounts.tests.factories import UserFactory
from accounts.tests.sign_ins import attempt, block, session
from pupmatch.lib.ids import uuid7
from pupmatch.lib.tests.admin_pages import (
    address,
    cannot_be_changed,
    filters_answer,
    list_costs_the_same,
    models_of,
    opens,
    staff,
    superuser,
)

pytestmark = pytest.mark.django_db


READ_ONLY = {
    Session: session,
    AuthenticationAttempt: lambda: attempt(UserFactory()),
    RefreshTokenRecord: lambda: RefreshTokenRecord.objects.create(jti=uuid7(), session=session()),
    Block: block,
    SecondFactor: lambda: SecondFactor.objects.create(user=UserFactory(), type="totp", data={}),
}
MAKERS = {
    User: UserFactory,
    Group: lambda: Group.objects.create(name=str(uuid7())),
    **READ_ONLY,
}
each_model = pytest.mark.parametrize("model", MAKERS)


def test_no_model_is_forgotten():
    # Failed sign-ins have tests of their own (test_staff_lockout).
    assert models_of("accounts", but={SignInNonce}) == {*MAKERS, FailedSignIn} - {Group}


@each_model
def test_every_page_opens(model):
    opens(superuser(), MAKERS[model]())


@each_model
def test_every_filter_answers(model):
    filters_answer(superuser(), model)


@each_model
def test_a_list_costs_the_same_for_one_row_and_for_twenty(model):
    list_costs_the_same(superuser(), MAKERS[model])


@pytest.mark.parametrize("model", READ_ONLY)
def test_nobody_changes_what_the_product_writes(model):
    cannot_be_changed(superuser(), READ_ONLY[model]())


@each_model
def test_who_may_only_look_changes_nothing(model):
    cannot_be_changed(staff(), MAKERS[model]())


def test_the_page_of_an_account_leads_to_all_that_belongs_to_it():
    user = UserFactory()
    session(user)
    for _ in range(2):
        attempt(user)
    lists = superuser().get(address(user, "change")).context["related_lists"]
    counts = {item.title: (item.number, item.url) for item in lists}
    assert counts["Session"] == ("1", address(user.sessions.get(), "change"))
    assert counts["Authentication attempts"] == (
        "2",
        f"{address(AuthenticationAttempt, 'changelist')}?q={user.pk}",
    )
    assert counts["Blocks"] == ("0", "")


# --- Searching -----------------------------------------------------------------------------------


def found(client, model, text):
    page = client.get(address(model, "changelist"), {"q": text})
    return list(page.context["cl"].queryset)


def test_accounts_are_found_by_the_beginning_of_an_address_and_by_id():
    ada, ben = UserFactory(email="ada@pupmatch.example"), UserFactory(email="ben@pupmatch.example")
    client = superuser()
    assert found(client, User, " ADA") == [ada]
    assert found(client, User, "ben@PupMatch") == [ben]
    assert found(client, User, str(ben.pk)) == [ben]
    assert found(client, User, "%") == []
    assert found(client, Session, "ada") == []


def test_sign_ins_are_found_by_account():
    ada = UserFactory(email="ada@pupmatch.example")
    hers, other = session(ada), session()
    client = superuser()
    for text in (str(ada.pk), "ada@", str(hers.pk)):
        assert found(client, Session, text) == [hers]
    assert set(found(client, Session, "")) == {hers, other}


def test_attempts_are_found_by_address_even_from_before_it_had_an_account():
    early = attempt(email_digest=email_digest("ada@pupmatch.example"))
    late = attempt(UserFactory(email="ada@pupmatch.example"))
    attempt(UserFactory())
    client = superuser()
    assert found(client, AuthenticationAttempt, "Ada@pupmatch.example") == [late, early]
    assert found(client, AuthenticationAttempt, "nobody@pupmatch.example") == []
    assert len(found(client, AuthenticationAttempt, "192.0.2.7")) == 3
    assert found(client, AuthenticationAttempt, "192.0.2.8") == []


@pytest.mark.parametrize(
    "query", ["password__startswith=argon2", "sessions__ip_address=1", "email__regex=.", "x=1"]
)
def test_columns_that_are_not_shown_cannot_be_felt_out(query):
    assert superuser().get(f"{address(User, 'changelist')}?{query}").status_code == 400


# --- Making and changing accounts ----------------------------------------------------------------


def test_a_new_account_has_a_hashed_password_and_a_lower_case_address():
    password = "biscuits at noon"
    form = {
        "email": "New.Clerk@PupMatch.example",
        "usable_password": "true",
        "password1": password,
        "password2": password,
    }
    assert superuser().post(address(User, "add"), form).status_code == 302
    user = User.objects.get(email="new.clerk@pupmatch.example")
    assert user.password.startswith("argon2$argon2id$")
    assert user.check_password(password)
    assert not user.is_staff


def test_a_weak_password_is_refused():
    form = {
        "email": "new@pupmatch.example",
        "usable_password": "true",
        "password1": "12345678",
        "password2": "12345678",
    }
    assert superuser().post(address(User, "add"), form).status_code == 200
    assert not User.objects.filter(email="new@pupmatch.example").exists()


def test_an_address_changes_in_lower_case_unverified_and_both_are_told(mails):
    user = UserFactory(email="old@pupmatch.example", email_verified_at=timezone.now())
    client = staff("accounts.view_user", "accounts.change_user")
    answer = client.post(address(user, "change"), {"email": "NEW@pupmatch.example"})
    assert answer.status_code == 302
    user.refresh_from_db()
    assert (user.email, user.email_verified_at) == ("new@pupmatch.example", None)
    assert {to for message in mails() for to in message.to} == {
        "old@pupmatch.example",
        "new@pupmatch.example",
    }


def test_a_taken_address_is_refused():
    UserFactory(email="taken@pupmatch.example")
    user = UserFactory(email="free@pupmatch.example")
    answer = superuser().post(address(user, "change"), {"email": "Taken@pupmatch.example"})
    assert answer.status_code == 200
    assert "There is an account with this address." in answer.content.decode()


def test_nobody_but_a_superuser_gives_rights_or_touches_staff():
    client = staff("accounts.view_user", "accounts.change_user", "accounts.delete_user")
    owner, colleague = UserFactory(), UserFactory(is_staff=True)
    page = client.get(address(owner, "change")).content.decode()
    assert "is_superuser" not in page
    assert "argon2" not in page
    form = {"email": owner.email, "is_staff": "on", "is_superuser": "on", "is_active": ""}
    client.post(address(owner, "change"), form)
    owner.refresh_from_db()
    assert (owner.is_staff, owner.is_superuser, owner.is_active) == (False, False, True)
    assert client.post(address(colleague, "change"), {"email": "x@x.example"}).status_code == 403
    assert client.post(address(colleague, "delete"), {"post": "yes"}).status_code == 403
    for user in (owner, colleague):
        path = reverse("admin:auth_user_password_change", args=[user.pk])
        assert client.get(path).status_code == 403
    for verb in ("deactivate", "sign_out", "send_reset"):
        path = reverse(f"admin:accounts_user_{verb}", args=[colleague.pk])
        assert client.post(path, {"_form_submitted": "True"}).status_code == 403
    assert client.get(address(Group, "changelist")).status_code == 403


def test_a_password_set_by_staff_ends_every_sign_in_and_its_owner_is_told(mails):
    user = UserFactory(email_verified_at=timezone.now())
    live = session(user)
    path = reverse("admin:auth_user_password_change", args=[user.pk])
    new = {"password1": "biscuits at noon", "password2": "biscuits at noon"}
    assert superuser().post(path, {**new, "usable_password": "true"}).status_code == 302
    user.refresh_from_db()
    live.refresh_from_db()
    assert user.check_password("biscuits at noon")
    assert live.end_reason == "staff"
    assert [(mail.to, mail.subject) for mail in mails()] == [
        ([user.email], "Your password was changed")
    ]
