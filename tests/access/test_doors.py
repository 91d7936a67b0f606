"""The admin and the API have doors of their own: what opens one does not open the other."""

from collections.abc import Iterator
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.models import User
from accounts.services import open_session
from accounts.staff.urls import urlpatterns as staff_addresses
from accounts.tests.factories import UserFactory
from moderation.roles import Role
from tests.access.asks import ASKS, operation_of, path_of
from tests.access.operations import BASE, operations
from tests.access.table import operations_table
from tests.access.world import World, person
from tests.on_record import everything
from tests.staff_pages import ACTIONS, ADMINS, NOBODYS, ORDINARY, OTHERS, action_path, other_path

pytestmark = pytest.mark.django_db

NO_ROW = SimpleNamespace(pk=uuid4())
# What is there to come in by.
ENTRANCES = {"login/", "logout/"}


def _reversed(name: str) -> str:
    for args in ([], [NO_ROW.pk], [1]):
        try:
            return reverse(name, args=args)
        except NoReverseMatch:
            continue
    return other_path(name)


def addresses() -> Iterator[str]:
    """Every address of the admin but its entrances, about rows that need not be there."""
    for model_admin in ADMINS.values():
        opts = model_admin.opts
        for page in ORDINARY:
            yield _reversed(f"admin:{opts.app_label}_{opts.model_name}_{page}")
    for model_admin, name in ACTIONS.values():
        if name not in model_admin.actions:
            yield action_path(model_admin, name, NO_ROW)
    yield from (_reversed(name) for name in OTHERS if name != "admin:logout")
    yield from (_reversed(name) for name in NOBODYS - {"admin:login", "admin:view_on_site"})
    for pattern in staff_addresses:
        if str(pattern.pattern) not in ENTRANCES:
            yield _reversed(f"staff:{pattern.name}")
    yield from ("/admin/r/1/2/", "/admin/search/", "/admin/nothing/", "/admin/accounts/user/1/2/3/")


def with_token(user: User) -> Client:
    pair = open_session(user=user, ip_address="192.0.2.1", user_agent="tests")
    return Client(headers={"Authorization": f"Bearer {pair.access}"})


def signed_in(user: User, **kwargs: bool) -> Client:
    client = Client(**kwargs)
    client.force_login(user)
    return client


OUTSIDERS = {
    "nobody": lambda: Client(),
    "a person with a session": lambda: signed_in(UserFactory()),
    "a person with a token": lambda: with_token(UserFactory()),
    "a superuser with a token": lambda: with_token(UserFactory(is_staff=True, is_superuser=True)),
}


@pytest.mark.parametrize("who", OUTSIDERS)
def test_nobody_else_comes_into_the_admin(who: str):
    client, before = OUTSIDERS[who](), None
    seen = 0
    for path in addresses():
        before = before or everything()
        for ask in (client.get, client.post):
            answer = ask(path)
            is_sent_away = answer.status_code == 302 and answer["Location"].startswith(
                ("/admin/login/", "/admin/security/")
            )
            assert is_sent_away or answer.status_code in (403, 404), (path, answer.status_code)
            assert "Log out" not in answer.content.decode()
            seen += 1
    assert seen > 500
    assert everything() == before


def test_a_session_of_staff_opens_nothing_of_the_api(world: World):
    """Not even where it would be a valid request of their own."""
    for role in (*Role, "Superuser"):
        user = world.staff[role].user
        browser = signed_in(user)
        for name in operations():
            if operations_table()[name].cells["nobody"] != "–":
                continue
            ask = ASKS[name](world, world.callers[f"staff: {role}"])
            operation = operation_of(name)
            answer = browser.generic(operation.method, path_of(operation, ask))
            assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated"), name
        if role != "Superuser":
            continue
        # It is a good one: the admin takes it.
        assert browser.get("/admin/").status_code == 200


def test_forms_of_other_sites_are_refused_everywhere():
    """Without the token that only our own pages hold, whoever is signed in."""
    boss = person(is_staff=True, is_superuser=True)
    browser = signed_in(boss, enforce_csrf_checks=True)
    assert browser.get("/admin/").status_code == 200
    paths = [*addresses(), "/admin/login/", "/admin/logout/"]
    before = everything()
    for path in paths:
        for headers in ({}, {"Origin": "https://evil.example"}):
            answer = browser.post(path, {"_save": "1", "post": "yes"}, headers=headers)
            assert answer.status_code in (403, 404), (path, answer.status_code)
    assert everything() == before
    assert browser.get("/admin/").status_code == 200, "and nobody is signed out by them"


def test_the_api_sets_no_cookie(world: World):
    for path in ("/me", "/deck", "/breeds", "/schema"):
        assert not world.owners.get(BASE + path).cookies
