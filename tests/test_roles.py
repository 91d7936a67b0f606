"""Every role × every page and action of the admin, as the table in docs/moderation.md says."""

import re
from importlib import import_module
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import Group, Permission
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import User
from moderation.roles import PERMISSIONS, Role
from pupmatch.lib.tests.admin_pages import address
from tests.staff_pages import ACTIONS, ADMINS, OTHERS, action_path, actions_of, make, other_path

VERBS = ("view", "add", "change", "delete")
NOBODY, SUPERUSER = "No group", "Superuser"
EVERYBODY = (NOBODY, *Role, SUPERUSER)
GROUPS = import_module("moderation.migrations.0003_roles")


class Row(NamedTuple):
    """What the table says of one page or action, by role."""

    id: str
    cells: dict[str, str]

    def verbs(self, role: str) -> set[str]:
        return set(self.cells[role].split(", ")) - {"–"}

    def is_allowed(self, role: str) -> bool:
        return {"yes": True, "–": False}[self.cells[role]]


def _table() -> dict[str, Row]:
    """The table below the heading Roles; a row may be about several ids, each in backticks."""
    text = (settings.BASE_DIR / "docs" / "moderation.md").read_text(encoding="utf-8")
    lines = text.partition("\n## Roles\n")[2].partition("\n## ")[0].splitlines()
    split = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line]
    (_, *roles), _, *rows = split
    assert set(roles) == set(EVERYBODY)
    found = {}
    for name, *cells in rows:
        for id_ in re.findall(r"`([^`]+)`", name):
            assert id_ not in found, f"{id_} has two rows"
            found[id_] = Row(id_, dict(zip(roles, cells, strict=True)))
    return found


TABLE = _table()
each_page = pytest.mark.parametrize("page", ADMINS)


@pytest.fixture
def people(db: None) -> dict[str, User]:
    """A member of staff of each role, one without any, and a superuser."""
    if not Group.objects.filter(name=Role.ADMIN).exists():  # emptied by a test that commits
        GROUPS.make_groups(apps, None)
    found = {}
    for name in EVERYBODY:
        address = f"{name.lower().replace(' ', '-')}@pupmatch.example"
        found[name] = User.objects.create_user(address, is_staff=True)
        if name in list(Role):
            found[name].groups.set([Group.objects.get(name=name)])
    User.objects.filter(pk=found[SUPERUSER].pk).update(is_superuser=True)
    found[SUPERUSER].refresh_from_db()
    return found


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def request_of(user: User) -> Any:
    request = RequestFactory().get("/")
    request.user = user
    return request


# --- The groups ----------------------------------------------------------------------------------


def test_the_groups_have_what_the_roles_say(people: dict):
    for role, permissions in PERMISSIONS.items():
        held = Group.objects.get(name=role).permissions.values_list(
            "content_type__app_label", "codename"
        )
        assert {f"{room}.{code}" for room, code in held} == permissions, role


def test_the_groups_permissions_are_those_that_django_knows(people: dict):
    known = {}
    for model in apps.get_models():
        opts = model._meta
        for verb in VERBS:
            known[f"{opts.app_label}.{verb}_{opts.model_name}"] = f"Can {verb} {opts.verbose_name}"
        known |= {f"{opts.app_label}.{code}": name for code, name in opts.permissions}
    for permission in Permission.objects.filter(group__name__in=list(Role)).distinct():
        name = f"{permission.content_type.app_label}.{permission.codename}"
        assert permission.name == known.get(name), name


def test_roles_build_on_each_other():
    assert PERMISSIONS[Role.MODERATOR] < PERMISSIONS[Role.LEAD] < PERMISSIONS[Role.ADMIN]
    for permission in PERMISSIONS[Role.ANALYST]:
        assert permission.partition(".")[2].startswith("view_") or permission.endswith("figures")
    words = {"messaging.view_message", "moderation.read_messages", "moderation.view_evidence"}
    assert not words & PERMISSIONS[Role.ANALYST]


# --- The table -----------------------------------------------------------------------------------


def test_every_page_and_action_has_a_row_and_every_row_is_about_one():
    assert set(TABLE) == {*ADMINS, *ACTIONS, *OTHERS}


@each_page
def test_pages_open_to_the_roles_of_the_table(page: str, people: dict):
    model_admin = ADMINS[page]
    row = make(model_admin.model)
    for role, user in people.items():
        wanted = TABLE[page].verbs(role)
        assert _granted(model_admin, user) == wanted, role
        _opens_as_far_as(signed_in(user), row, wanted, role)


def _granted(model_admin: ModelAdmin, user: User) -> set[str]:
    request = request_of(user)
    return {verb for verb in VERBS if getattr(model_admin, f"has_{verb}_permission")(request)}


def _opens_as_far_as(client: Client, row: Model, wanted: set[str], role: str) -> None:
    seen, kind = bool(wanted & {"view", "change"}), type(row)
    for name, about, is_allowed in (
        ("changelist", kind, seen),
        ("change", row, seen),
        ("history", row, seen),
        ("add", kind, "add" in wanted),
        ("delete", row, "delete" in wanted),
    ):
        answer = client.get(address(about, name))
        assert answer.status_code == (200 if is_allowed else 403), (role, name)
    if "change" not in wanted:
        assert client.post(address(row, "change"), {"_save": "1"}).status_code == 403, role
    if "delete" not in wanted:
        assert client.post(address(row, "delete"), {"post": "yes"}).status_code == 403, role
    if "add" not in wanted:
        assert client.post(address(kind, "add"), {}).status_code == 403, role


@pytest.mark.parametrize("action", ACTIONS)
def test_actions_are_for_the_roles_of_the_table(action: str, people: dict):
    model_admin, name = ACTIONS[action]
    unfold_action = actions_of(model_admin)[name]
    row = make(model_admin.model)
    for role, user in people.items():
        is_allowed, request = TABLE[action].is_allowed(role), request_of(user)
        if unfold_action is None:
            assert (name in model_admin.get_actions(request)) == is_allowed, role
            continue
        offered = model_admin._filter_unfold_actions_by_permissions(request, [unfold_action])
        assert bool(offered) == is_allowed, role
        if not is_allowed and name not in model_admin.actions_submit_line:
            path, client = action_path(model_admin, name, row), signed_in(user)
            assert client.get(path).status_code == 403, role
            assert client.post(path, {"_form_submitted": "True"}).status_code == 403, role


@pytest.mark.parametrize("name", OTHERS)
def test_other_pages_are_for_the_roles_of_the_table(name: str, people: dict):
    path = other_path(name)
    for role, user in people.items():
        client = signed_in(user)
        if TABLE[name].is_allowed(role):
            assert client.get(path).status_code not in (403, 404, 500), role
        else:
            assert client.get(path).status_code in (403, 404), role
            assert client.post(path, {}).status_code in (403, 404), role


def test_what_is_found_while_typing_is_for_whoever_sees_its_list(people: dict):
    where = {"app_label": "profiles", "model_name": "profile", "field_name": "breed", "term": "a"}
    for role, user in people.items():
        answer = signed_in(user).get(reverse("admin:autocomplete"), where)
        sees = "view" in TABLE["profiles.breed"].verbs(role)
        assert answer.status_code == (200 if sees else 403), role


# --- Staff ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_nobody_but_superusers_touches_staff(role: str, people: dict):
    client = signed_in(people[role])
    colleague = User.objects.create_user("colleague@pupmatch.example", is_staff=True)
    for page in ("change", "delete"):
        form = {"email": "mine@pupmatch.example", "is_superuser": "on", "post": "yes"}
        assert client.post(address(colleague, page), form).status_code == 403
    for action in ("deactivate", "sign_out", "send_reset"):
        path = reverse(f"admin:accounts_user_{action}", args=[colleague.pk])
        assert client.post(path, {"_form_submitted": "True"}).status_code == 403
    path = reverse("admin:auth_user_password_change", args=[colleague.pk])
    assert client.post(path, {}).status_code == 403
    colleague.refresh_from_db()
    assert (colleague.is_active, colleague.email) == (True, "colleague@pupmatch.example")


def test_an_admin_makes_no_staff(people: dict):
    client = signed_in(people[Role.ADMIN])
    made = {"email": "new@pupmatch.example", "usable_password": "false"}
    client.post(address(User, "add"), {**made, "is_staff": "on", "is_superuser": "on"})
    user = User.objects.get(email="new@pupmatch.example")
    client.post(
        address(user, "change"), {"email": user.email, "is_staff": "on", "is_superuser": "on"}
    )
    user.refresh_from_db()
    assert (user.is_staff, user.is_superuser) == (False, False)
