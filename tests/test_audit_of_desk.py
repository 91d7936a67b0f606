"""What staff do at the desk is on record, by the transaction that does it: its own addresses."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import UserFactory
from moderation import appeals, casework
from moderation.models import Case
from moderation.tests.desk import an_old_dog, case_of, decided, dog
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.tests.admin_pages import superuser
from tests.on_record import goes_on_record, recorded_by

pytestmark = pytest.mark.django_db


class Sent(NamedTuple):
    """What stands in the address, what is sent there, and what is then on record."""

    args: list[Any]
    form: dict[str, Any]
    verb: str


def _boss() -> User:
    return User.objects.get(is_superuser=True)


def _claimed() -> Case:
    return casework.claim(case=case_of(dog()), by=_boss())


def _appealed() -> Any:
    decision = decided(dog(), "limit")
    return appeals.appeal(decision=decision, by_person=decision.person, text="It was not me.")


def _photos() -> Sent:
    photos = [str(photo.pk) for photo in ProfileFactory(photos=3).photos.all()]
    return Sent([], {"seen": photos, "held": photos[2:], "reason": "not_a_dog"}, "photo.approve")


def _next() -> Sent:
    case_of(dog())
    return Sent([], {}, "case.claim")


def _decide(**form: Any) -> Sent:
    return Sent(
        [case_of(dog()).pk], {"kind": "warn", "reason": "spam", **form}, f"decision.{form['kind']}"
    )


SENT: dict[str, Callable[[], Sent]] = {
    "admin:moderation_photos": _photos,
    "admin:moderation_open": lambda: Sent(
        [ProfileFactory(user=UserFactory()).user.pk],
        {"reason": "Somebody wrote to us."},
        "case.open",
    ),
    "admin:moderation_case_next": _next,
    "admin:moderation_case_claim": lambda: Sent([case_of(dog()).pk], {}, "case.claim"),
    "admin:moderation_case_release": lambda: Sent([_claimed().pk], {}, "case.release"),
    "admin:moderation_case_note": lambda: Sent(
        [case_of(dog()).pk], {"text": "Seen this before."}, "case.note"
    ),
    "admin:moderation_case_decide": lambda: _decide(kind="warn"),
    "admin:moderation_decision_confirm": lambda: Sent(
        [decided(an_old_dog(), "ban").pk], {}, "decision.confirm"
    ),
    "admin:moderation_decision_decline": lambda: Sent(
        [decided(an_old_dog(), "ban").pk], {}, "decision.decline"
    ),
    "admin:moderation_decision_undo": lambda: Sent(
        [decided(dog(), "warn").pk], {"reason": "The wrong dog."}, "decision.undo"
    ),
    "admin:moderation_appeal_decide": lambda: Sent(
        [_appealed().pk], {"outcome": "granted", "answer": "You are right."}, "appeal.grant"
    ),
}
MEASURES: dict[str, dict[str, Any]] = {
    "dismiss": {},
    "warn": {},
    "hold_photos": {},
    "limit": {"days": 7},
    "suspend": {"days": 7},
    "ban": {},
}


@pytest.fixture
def boss() -> Client:
    client = superuser()
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("name", SENT)
def test_what_is_done_at_the_desk_goes_on_record(name: str, boss: Client, monkeypatch: Any):
    def act() -> Callable[[], Any]:
        args, form, _ = SENT[name]()
        return lambda: boss.post(reverse(name, args=args), form)

    goes_on_record(boss, act, monkeypatch)
    assert SENT[name]().verb in recorded_by(boss)


@pytest.mark.parametrize("kind", MEASURES)
def test_every_measure_goes_on_record(kind: str, boss: Client, monkeypatch: Any):
    def act() -> Callable[[], Any]:
        args, form, _ = _decide(kind=kind, **MEASURES[kind])
        return lambda: boss.post(reverse("admin:moderation_case_decide", args=args), form)

    goes_on_record(boss, act, monkeypatch)
    assert f"decision.{kind}" in recorded_by(boss)


def test_removing_something_goes_on_record(boss: Client, monkeypatch: Any):
    def act() -> Callable[[], Any]:
        profile = dog()
        photo, case = profile.photos.first(), case_of(profile)
        form = {"kind": "remove", "reason": "not_a_dog", "subject": f"photo:{photo.pk}"}
        path = reverse("admin:moderation_case_decide", args=[case.pk])
        return lambda: boss.post(path, form)

    goes_on_record(boss, act, monkeypatch)
    assert "decision.remove" in recorded_by(boss)


def test_taking_figures_along_goes_on_record(boss: Client):
    path = reverse("admin:moderation_figures")
    answer = boss.get(path, {"since": "2026-01-01", "until": "2026-03-31", "format": "csv"})
    assert answer["Content-Type"].startswith("text/csv")
    assert recorded_by(boss) == ["figures.export"]
