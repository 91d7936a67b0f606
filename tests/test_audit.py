"""Whatever staff do is on record, by the transaction that does it: every page and action."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from accounts import lockout
from accounts.models import FailedSignIn, SecondFactor, User, email_digest
from playgrounds.models import Playground
from playgrounds.tests.test_admin import FORM as PLAYGROUND_FORM
from profiles.models import Breed
from pupmatch.lib.models import AuditEntry
from pupmatch.lib.tests.admin_pages import address, superuser
from screening.models import Term
from tests.on_record import everything, goes_on_record, recorded_by
from tests.staff_pages import (
    ACTIONS,
    ADMINS,
    OTHERS,
    action_path,
    actions_of,
    form_of,
    make,
    other_path,
)
from tests.test_audit_of_desk import SENT as DESK

pytestmark = pytest.mark.django_db

# What a new row is made of, for every list with an "add".
NEW: dict[type[Model], dict[str, Any]] = {
    User: {"email": "new@pupmatch.example", "usable_password": "false"},
    Group: {"name": "Walkers"},
    Breed: {"name": "Test Poodle"},
    Playground: PLAYGROUND_FORM,
    Term: {"text": "free puppies", "response": "flag"},
}


def _put(**fields: Any) -> Callable[[Model], Any]:
    """Puts a row into the state that an action is for."""
    return lambda row: type(row)._default_manager.filter(pk=row.pk).update(**fields)


def _with_a_factor(user: Model) -> None:
    User.objects.filter(pk=user.pk).update(is_staff=True)
    SecondFactor.objects.create(user_id=str(user.pk), type="totp", data={})


def _locked_out(user: Model) -> None:
    FailedSignIn.objects.create(
        username=email_digest(User.objects.get(pk=user.pk).email),
        ip_address="203.0.113.9",
        failures_since_start=lockout.limit("place"),
    )


READY: dict[str, Callable[[Model], Any]] = {
    "accounts.user.reactivate": _put(is_active=False),
    "accounts.user.reset_factors": _with_a_factor,
    "accounts.user.lift_lockout": _locked_out,
    "verification.verification.revoke": _put(
        state="confirmed",
        document="",
        decided_at=timezone.now(),
        expires_at=timezone.now() + timedelta(days=30),
    ),
    "lib.job.run_again": _put(status="failed"),
    "lib.job.run_again_selected": _put(status="failed"),
}
# What a dialog's empty fields get, by the ends of their names.
ANSWERS = {
    "_on": (timezone.localdate() + timedelta(days=30)).isoformat(),
    "": "Case 01890000: as the rules say",
}
# Looking at these goes on record.
LOOKED_AT = {"verification.verification": "verification.view"}


@pytest.fixture
def boss() -> Client:
    client = superuser()
    client.raise_request_exception = False
    return client


def ready(action: str, model: type[Model]) -> Model:
    row = make(model)
    READY.get(action, lambda row: None)(row)
    return row


def answered(page: str) -> dict[str, Any]:
    """The form of a dialog, with something in every field."""
    form = form_of(page)
    return {
        name: values
        if any(values)
        else next(text for end, text in ANSWERS.items() if name.endswith(end))
        for name, values in form.items()
    }


# --- Every page ----------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ADMINS)
def test_looking_changes_nothing(page: str, boss: Client):
    row = make(ADMINS[page].model)
    before = everything()
    for name in ("changelist", "add", "change", "history", "delete"):
        about = type(row) if name in ("changelist", "add") else row
        assert boss.get(address(about, name)).status_code in (200, 403)
    assert set(recorded_by(boss)) <= {LOOKED_AT.get(page)}
    after = everything()
    assert {name for name in after if after[name] != before[name]} <= (
        {"lib_auditentry"} if page in LOOKED_AT else set()
    )


def _superusers(verb: str) -> list[str]:
    """The lists where a superuser may do that."""
    asking: Any = type("Request", (), {"user": User(is_superuser=True, is_staff=True)})()
    asking.user.has_perm = lambda *args: True
    return [
        page
        for page, model_admin in ADMINS.items()
        if getattr(model_admin, f"has_{verb}_permission")(asking)
    ]


@pytest.mark.parametrize("page", _superusers("add"))
def test_adding_goes_on_record(page: str, boss: Client, monkeypatch: Any):
    model = ADMINS[page].model
    numbers = iter("12")

    def act() -> Callable[[], Any]:
        number = next(numbers)
        form = {
            name: f"{number}{value}" if name in ("name", "email", "text") else value
            for name, value in NEW[model].items()
        }
        return lambda: boss.post(address(model, "add"), form)

    goes_on_record(boss, act, monkeypatch)


@pytest.mark.parametrize("page", _superusers("change"))
def test_changing_goes_on_record(page: str, boss: Client, monkeypatch: Any):
    def act() -> Callable[[], Any]:
        path = address(make(ADMINS[page].model), "change")
        form = form_of(boss.get(path).content.decode())
        return lambda: boss.post(path, form)

    goes_on_record(boss, act, monkeypatch)


@pytest.mark.parametrize("page", _superusers("delete"))
def test_deleting_goes_on_record(page: str, boss: Client, monkeypatch: Any):
    def act() -> Callable[[], Any]:
        path = address(make(ADMINS[page].model), "delete")
        return lambda: boss.post(path, {"post": "yes"})

    goes_on_record(boss, act, monkeypatch)


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_goes_on_record(action: str, boss: Client, monkeypatch: Any):
    model_admin, name = ACTIONS[action]
    if actions_of(model_admin)[name] is None:

        def act() -> Callable[[], Any]:
            chosen = [str(ready(action, model_admin.model).pk) for _ in range(2)]
            form = {"action": name, "_selected_action": chosen}
            return lambda: boss.post(address(model_admin.model, "changelist"), form)

    else:

        def act() -> Callable[[], Any]:
            path = action_path(model_admin, name, ready(action, model_admin.model))
            question = boss.get(path)
            assert question.status_code == 200, "say in READY for which rows it is"
            return lambda: boss.post(path, answered(question.content.decode()))

    goes_on_record(boss, act, monkeypatch)


# Pages that belong to no list: those that only show something, and those that are sent something.
SHOWING = {
    "admin:index",
    "admin:app_list",
    "admin:jsi18n",
    "admin:password_change_done",
    "admin:moderation_find",
    "admin:moderation_person",
    "admin:moderation_figures",
}
# Signing in and out stands before the site (accounts.staff), which keeps its own record.
SIGNING_IN = {"admin:logout", "admin:password_change"}
SENT = {"admin:auth_user_password_change", *DESK}


def test_every_other_page_is_tried_somewhere():
    assert set(OTHERS) == SHOWING | SIGNING_IN | SENT


@pytest.mark.parametrize("name", sorted(SHOWING))
def test_pages_that_only_show_something_change_nothing(name: str, boss: Client):
    path = other_path(name)
    for ask in (boss.get, boss.post):
        before = everything()
        assert ask(path).status_code < 500
        after = everything()
        assert {table for table in after if after[table] != before[table]} <= {"lib_auditentry"}


def test_setting_somebodys_password_goes_on_record(boss: Client, monkeypatch: Any):
    def act() -> Callable[[], Any]:
        path = other_path("admin:auth_user_password_change")
        form = {"usable_password": "true", "password1": "long-walk-42", "password2": "long-walk-42"}
        return lambda: boss.post(path, form)

    goes_on_record(boss, act, monkeypatch)
    assert recorded_by(boss) == ["user.change"]
    assert "long-walk" not in str(list(AuditEntry.objects.values()))
