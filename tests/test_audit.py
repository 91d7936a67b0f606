"""Whatever staff do is on record, by the transaction that does it: every page and action."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from accounts.models import SecondFactor, User
from playgrounds.models import Playground
from playgrounds.tests.test_admin import FORM as PLAYGROUND_FORM
from profiles.models import Breed
from pupmatch.lib.models import AuditEntry
from pupmatch.lib.staff import site
from pupmatch.lib.tests.admin_pages import address, superuser
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

pytestmark = pytest.mark.django_db

# What a new row is made of, for every list with an "add".
NEW: dict[type[Model], dict[str, Any]] = {
    User: {"email": "new@pupmatch.example", "usable_password": "false"},
    Group: {"name": "Walkers"},
    Breed: {"name": "Test Poodle"},
    Playground: PLAYGROUND_FORM,
}


def _put(**fields: Any) -> Callable[[Model], Any]:
    """Puts a row into the state that an action is for."""
    return lambda row: type(row)._default_manager.filter(pk=row.pk).update(**fields)


def _with_a_factor(user: Model) -> None:
    User.objects.filter(pk=user.pk).update(is_staff=True)
    SecondFactor.objects.create(user_id=str(user.pk), type="totp", data={})


READY: dict[str, Callable[[Model], Any]] = {
    "accounts.user.reactivate": _put(is_active=False),
    "accounts.user.reactivate_selected": _put(is_active=False),
    "accounts.user.reset_factors": _with_a_factor,
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


def recorded_by(client: Client) -> list[str]:
    """What is on record of that person."""
    actor = client.session["_auth_user_id"]
    return list(AuditEntry.objects.filter(actor_id=actor).values_list("action", flat=True))


def everything() -> dict[str, tuple]:
    """A sum of every row of the product, but of the session, which is the middleware's."""
    tables = [
        table
        for table in connection.introspection.table_names()
        if table != "django_session" and not table.startswith("spatial_")
    ]
    sums = " UNION ALL ".join(
        f"SELECT '{table}', count(*), sum(hashtextextended(row::text, 0)) FROM {table} AS row"
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(sums)
        return {table: rest for table, *rest in cursor.fetchall()}


class _LostAtTheEnd(Exception):
    """What happens in this test after everything was done, and before it is committed."""


def _lose(*args: Any, **kwargs: Any) -> Any:
    raise _LostAtTheEnd


def goes_on_record(client: Client, act: Callable[[], Any], monkeypatch: Any) -> None:
    """`act` succeeds and is on record; and lost at the last moment it leaves no trace.

    It is called twice, and makes what it acts on by itself before it returns what to send.
    """
    before = recorded_by(client)
    send = act()
    answer = send()
    assert answer.status_code in (200, 204, 302), answer.content[:500]
    if answer.status_code == 200:
        assert "HX-Redirect" in answer or not answer["Content-Type"].startswith("text/html")
    assert len(recorded_by(client)) > len(before)

    send = act()
    before_loss = everything()
    with monkeypatch.context() as patch:
        patch.setattr(site, "_is_done", _lose)
        assert send().status_code == 500
    after = everything()
    assert {name: after[name] for name in after if after[name] != before_loss[name]} == {}


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


# How to use the pages that belong to no list; None for those that only show something.
SENT: dict[str, Callable[[Client], Callable[[], Any]] | None] = {
    "admin:index": None,
    "admin:app_list": None,
    "admin:jsi18n": None,
    "admin:password_change_done": None,
}


def _sends(path: str, **form: Any) -> Callable[[Client], Callable[[], Any]]:
    return lambda client: lambda: client.post(path, form)


def test_every_other_page_is_known_here():
    own = {"admin:logout", "admin:password_change", "admin:auth_user_password_change"}
    assert set(OTHERS) == set(SENT) | own


@pytest.mark.parametrize("name", [name for name, send in SENT.items() if send is None])
def test_pages_that_only_show_something_do_nothing_with_what_they_are_sent(name: str, boss: Client):
    boss.post(other_path(name), {"action": "x"})
    assert set(recorded_by(boss)) <= {name.replace(":", ".")}


def test_setting_somebodys_password_goes_on_record(boss: Client, monkeypatch: Any):
    def act() -> Callable[[], Any]:
        path = other_path("admin:auth_user_password_change")
        form = {"usable_password": "true", "password1": "long-walk-42", "password2": "long-walk-42"}
        return lambda: boss.post(path, form)

    goes_on_record(boss, act, monkeypatch)
    assert recorded_by(boss) == ["user.change"]
    assert "long-walk" not in str(list(AuditEntry.objects.values()))
