"""How long a sign-in to the admin lasts, and what ends it."""

from importlib import import_module

import pytest
from django.conf import settings as configured
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.contrib.sessions.serializers import JSONSerializer
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.urls import reverse

from accounts.models import SecondFactor
from accounts.staff import factors
from accounts.staff.session_store import SessionStore
from accounts.tasks import clear_staff_sign_ins
from accounts.tests.authenticators import app_of, code
from accounts.tests.factories import PASSWORD
from accounts.tests.sign_ins import session as app_session
from accounts.tests.staff_sign_in import HOME, browser, clerk, give_code, give_password, is_in
from pupmatch.lib.models import AuditEntry

pytestmark = pytest.mark.django_db

COOKIE = configured.SESSION_COOKIE_NAME


@pytest.fixture(autouse=True)
def _required(settings):
    settings.STAFF_SECOND_FACTOR = "required"


@pytest.fixture
def user():
    return clerk(is_superuser=True)


def signs_in(user):
    client, secret = browser(), app_of(user)
    give_password(client, user)
    assert give_code(client, code(secret)).status_code == 302
    return client


def test_half_an_hour_without_a_request_ends_it(clock, user):
    client = signs_in(user)
    clock.shift(30 * 60)
    assert is_in(client)
    clock.shift(30 * 60)
    assert is_in(client)
    clock.shift(30 * 60 + 1)
    answer = client.get("/admin/accounts/user/?q=a", secure=True)
    assert answer["Location"].startswith(reverse("admin:login") + "?next=/admin/accounts/user/")
    page = client.get(answer["Location"], secure=True)
    assert "signed out after 30 minutes" in page.content.decode()
    assert COOKIE in client.cookies
    assert not is_in(client)


def test_it_ends_after_ten_hours_whatever_is_done(clock, user):
    client = signs_in(user)
    for _ in range(10 * 60 // 25):
        assert is_in(client)
        clock.shift(25 * 60)
    assert not is_in(client)


def test_a_request_a_minute_writes_no_more_than_that(clock, user, django_assert_num_queries):
    client = signs_in(user)
    is_in(client)
    seen = Session.objects.get().get_decoded()
    clock.shift(59)
    is_in(client)
    assert Session.objects.get().get_decoded() == seen
    clock.shift(1)
    is_in(client)
    assert Session.objects.get().get_decoded() != seen


def test_what_is_sent_after_the_end_is_not_done(clock, user):
    client = signs_in(user)
    other = clerk(email="other@pupmatch.example")
    clock.shift(31 * 60)
    path = reverse("admin:accounts_user_deactivate", args=[other.pk])
    answer = client.post(path, {"_form_submitted": "True"}, secure=True)
    assert answer["Location"] == f"{reverse('admin:login')}?next={HOME}"
    other.refresh_from_db()
    assert other.is_active


def test_a_dialog_leads_the_whole_page_to_the_sign_in(clock, user):
    client = signs_in(user)
    clock.shift(31 * 60)
    answer = client.get(HOME, secure=True, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == f"{reverse('admin:login')}?next={HOME}"


def test_each_step_has_a_key_of_its_own(user):
    client, secret = browser(), app_of(user)
    keys = []
    client.get(reverse("admin:login"), secure=True)
    store = import_module(configured.SESSION_ENGINE).SessionStore()
    store["planted"] = "by somebody who knows the key"
    store.save()
    client.cookies[COOKIE] = store.session_key
    keys.append(store.session_key)
    give_password(client, user)
    keys.append(client.cookies[COOKIE].value)
    give_code(client, code(secret))
    keys.append(client.cookies[COOKIE].value)
    assert len(set(keys)) == 3
    assert Session.objects.count() == 1
    assert "planted" not in client.session


@pytest.mark.requirement("R12.7")
def test_what_is_stored_of_a_session_opens_nothing():
    store = SessionStore()
    store["who"] = "somebody"
    store.save()
    key = store.session_key
    [stored] = Session.objects.values_list("session_key", flat=True)
    assert key != stored
    assert SessionStore(stored).load() == {}
    assert (SessionStore(key).load(), SessionStore(key).exists(key)) == ({"who": "somebody"}, True)
    store.cycle_key()
    assert SessionStore(key).load() == {}
    assert SessionStore(store.session_key).load() == {"who": "somebody"}
    SessionStore(store.session_key).flush()
    assert SessionStore(store.session_key).load() == {}
    assert not Session.objects.exists()


def test_nothing_is_unpickled():
    """Sessions are JSON in a table; Django's cache, which pickles, is each process's own."""
    assert SessionStore().serializer is JSONSerializer
    assert SessionStore.__base__ is db.SessionStore
    assert {type(cache) for cache in caches.all(initialized_only=False)} == {LocMemCache}


@pytest.mark.requirement("R12.7")
def test_a_copy_of_the_table_lets_nobody_into_the_admin(user):
    client = signs_in(user)
    assert is_in(client)
    [stored] = Session.objects.values_list("session_key", flat=True)
    thief = browser()
    thief.cookies[COOKIE] = stored
    assert not is_in(thief)


@pytest.mark.parametrize("change", ["is_active", "is_staff", "password", "factor", "reset"])
def test_what_ends_it_at_once(user, change):
    client = signs_in(user)
    assert is_in(client)
    if change == "factor":
        SecondFactor.objects.primary().delete()
    elif change == "reset":
        factors.reset(user=user, by=None)
    elif change == "password":
        user.set_password("another walk in the park")
        user.save()
    else:
        setattr(user, change, False)
        user.save()
    assert not is_in(client)
    assert not Session.objects.exists() or change == "password"


def test_signing_out_ends_it_and_is_on_record(user):
    client = signs_in(user)
    key = client.cookies[COOKIE].value
    assert client.get(reverse("admin:logout"), secure=True).status_code == 405
    answer = client.post(reverse("admin:logout"), secure=True)
    assert answer["Location"] == reverse("admin:login")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    client.cookies[COOKIE] = key
    assert not is_in(client)
    entry = AuditEntry.objects.latest("id")
    assert (entry.action, entry.actor_id) == ("staff.signed_out", user.pk)


def test_a_new_password_ends_every_other_sign_in(user, mails):
    here, there, in_the_app = signs_in(user), signs_in(user), app_session(user)
    # The second took the place of the first one's app.
    assert not is_in(here)
    here, key = there, there.cookies[COOKIE].value
    form = {
        "old_password": "wrong",
        "new_password1": "a run by the lake",
        "new_password2": "a run by the lake",
    }
    path = reverse("admin:password_change")
    assert here.post(path, form, secure=True).status_code == 200
    assert here.post(path, {**form, "old_password": PASSWORD}, secure=True).status_code == 302
    assert is_in(here)
    assert here.cookies[COOKIE].value != key
    in_the_app.refresh_from_db()
    assert in_the_app.end_reason == "password"
    user.refresh_from_db()
    assert user.check_password("a run by the lake")
    assert AuditEntry.objects.latest("id").action == "staff.password_changed"
    assert [mail.subject for mail in mails()][-1] == "Your password was changed"


def test_a_session_from_before_the_second_factor_is_over(user):
    client = browser()
    client.force_login(user)
    assert not is_in(client)


def test_sessions_that_are_over_are_removed(clock, user):
    signs_in(user)
    clear_staff_sign_ins()
    assert Session.objects.count() == 1
    clock.shift(10 * 60 * 60 + 1)
    clear_staff_sign_ins()
    assert not Session.objects.exists()
