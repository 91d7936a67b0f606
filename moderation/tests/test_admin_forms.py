"""What the desk's forms refuse."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from moderation.admin.forms import AppealForm, DecisionForm, NoteForm, ReasonForm, UndoForm
from pupmatch.lib.tests.admin_pages import superuser

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
BLANKS = ["\u200b", "\u2800", "\u3164", "\u115f", "\ufe0f", "\u200b \u2800"]


@pytest.mark.parametrize("sign", BLANKS)
def test_words_that_show_nothing_are_refused(sign: str):
    words = sign * 12
    for form, name in (
        (NoteForm({"text": words}), "text"),
        (ReasonForm({"reason": words}), "reason"),
        (UndoForm({"reason": words}), "reason"),
        (AppealForm({"outcome": "upheld", "answer": words}), "answer"),
        (
            DecisionForm({"kind": "warn", "reason": "spam", "statement": words}),
            "statement",
        ),
        (DecisionForm({"kind": "warn", "reason": "spam", "note": words}), "note"),
    ):
        assert not form.is_valid()
        assert name in form.errors
    assert NoteForm({"text": f"{sign}seen 🐶"}).is_valid()


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("9999-12-31", "9999-12-31"),
        ("0001-01-01", "9999-12-31"),
        ("0001-01-01", "0001-01-01"),
        ("2019-12-31", "2020-01-05"),
        (TODAY - timedelta(days=401), TODAY),
        (TODAY, TODAY + timedelta(days=2)),
        (TODAY, TODAY - timedelta(days=1)),
        ("", "soon"),
    ],
)
@pytest.mark.parametrize("shape", ["", "csv"])
def test_figures_are_of_days_that_there_were(since, until, shape: str):
    asked = {"since": since, "until": until, "format": shape}
    answer = superuser().get(reverse("admin:moderation_figures"), asked)
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert answer.context["rows"] == []


@pytest.mark.parametrize("days", [0, 400])
def test_figures_of_as_many_days_as_there_may_be(days: int):
    until = TODAY + timedelta(days=1)
    asked = {"since": until - timedelta(days=days), "until": until}
    answer = superuser().get(reverse("admin:moderation_figures"), asked)
    assert answer.context["form"].is_valid()


def test_nothing_redirects_to_pages_that_rows_do_not_have():
    for client in (superuser(), Client()):
        for path in ("1/1/", "1/1", "x/y/", "9999999999999999999999/1/"):
            assert client.get(f"/admin/r/{path}").status_code == 404, path
