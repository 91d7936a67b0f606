"""Who is not let in to the admin, where a sign-in leads, and what does without a second step."""

import pytest
import time_machine
from django.urls import get_resolver, reverse

from accounts.models import AuthenticationAttempt
from accounts.tests.authenticators import app_of, code
from accounts.tests.factories import UserFactory
from accounts.tests.staff_sign_in import HOME, browser, clerk, give_code, give_password, is_in
from pupmatch.lib.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _required(settings):
    settings.STAFF_SECOND_FACTOR = "required"


@pytest.mark.parametrize("fields", [{"is_staff": False}, {"is_active": False}])
def test_who_is_not_of_staff_hears_what_a_wrong_password_hears(fields):
    client = browser()
    right = give_password(client, clerk(**fields))
    wrong = give_password(client, clerk(email="other@pupmatch.example"), "wrong")
    nobody = give_password(client, UserFactory.build(email="nobody@pupmatch.example"))
    heard = [answer.context["form"].non_field_errors() for answer in (right, wrong, nobody)]
    assert heard[0] == heard[1] == heard[2]
    assert list(AuthenticationAttempt.objects.values_list("outcome", flat=True)) == ["refused"] * 3


def test_a_password_that_was_right_is_good_for_ten_minutes():
    user, client = clerk(), browser()
    secret = app_of(user)
    with time_machine.travel("2026-11-21T10:00:00Z", tick=False) as clock:
        give_password(client, user)
        clock.shift(9 * 60)
        assert client.get(reverse("staff:second_step"), secure=True).status_code == 200
        clock.shift(2 * 60)
        assert give_code(client, code(secret))["Location"] == reverse("admin:login")
    assert not is_in(client)


@pytest.mark.parametrize("field", ["is_staff", "is_active", "password"])
def test_a_change_between_the_steps_ends_them(field):
    user, client = clerk(), browser()
    secret = app_of(user)
    give_password(client, user)
    if field == "password":
        user.set_password("another walk in the park")
    else:
        setattr(user, field, False)
    user.save()
    assert give_code(client, code(secret))["Location"] == reverse("admin:login")
    assert not is_in(client)


def test_where_one_wanted_to_go_is_remembered_and_never_elsewhere():
    user = clerk(is_superuser=True)
    for wanted, leads_to in (
        ("/admin/accounts/user/", "/admin/accounts/user/"),
        ("https://evil.example/", HOME),
        ("//evil.example", HOME),
        ("javascript:alert(1)", HOME),
    ):
        secret, client = app_of(user), browser()
        form = {"username": user.email, "password": "a walk in the park", "next": wanted}
        client.post(reverse("admin:login"), form, secure=True)
        assert give_code(client, code(secret))["Location"] == leads_to


def test_optional_lets_in_by_the_password_and_asks_whoever_has_a_second_factor(settings):
    settings.STAFF_SECOND_FACTOR = "optional"
    user, client = clerk(), browser()
    assert give_password(client, user)["Location"] == HOME
    assert is_in(client)
    assert AuditEntry.objects.latest("id").data == {"factor": "none"}
    settings.STAFF_SECOND_FACTOR = "required"
    assert not is_in(client), "a sign-in without a second factor ends when one is required"
    settings.STAFF_SECOND_FACTOR = "optional"
    app_of(user)
    assert give_password(browser(), user)["Location"] == reverse("staff:second_step")


def test_the_pages_of_allauth_have_no_address():
    names = {pattern for pattern in get_resolver().reverse_dict if isinstance(pattern, str)}
    assert not {name for name in names if name.startswith(("account_", "mfa_", "socialaccount"))}
    client = browser()
    for path in (
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/2fa/",
        "/_allauth/app/v1/config",
    ):
        assert client.get(path, secure=True).status_code == 404
