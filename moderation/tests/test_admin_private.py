"""Who sees words, names and addresses at the desk, and that nobody reads what is about themselves."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import UserFactory
from matching.tests.factories import matched
from messaging.models import Participant
from messaging.services import send
from moderation import appeals, casework, deciding
from moderation.models import Appeal, Case, Decision, Reason, Report
from moderation.reporting import report
from moderation.roles import Role
from moderation.tests.desk import lead
from moderation.tests.reported import with_files
from profiles.models import Profile
from profiles.tests.factories import ProfileFactory, PromptFactory
from pupmatch.lib.tests.admin_pages import address
from screening.models import Finding, Response

pytestmark = pytest.mark.django_db

# One for each way in which words can come to a page of the desk.
WORDS = (
    "Zorroname", "frozen bio words", "prompt words", "complaint words", "message words",
    "finding words", "statement words", "decision note", "case note", "appeal words",
    "answer words", "undoing words", "about@people.example", "reporter@people.example",
    "/media/", "/private/",
)  # fmt: skip
MODELS = (Case, Report, Decision, Appeal)
FILTERS: dict[Any, str] = {
    Case: "?state=closed",
    Report: "?outcome=acted",
    Decision: "?state=undone",
    Appeal: "?outcome=upheld",
}


def somebody(role: Role) -> Client:
    client = Client()
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return client


def affair() -> Case:
    """A case with everything in it: decided, appealed, undone, and another that is open."""
    owner = UserFactory(email="about@people.example")
    profile = ProfileFactory(user=owner, name="Zorroname", bio="frozen bio words", photos=2)
    PromptFactory(profile=profile, answer="prompt words")
    with_files(profile)
    reporter = ProfileFactory(user=UserFactory(email="reporter@people.example"))
    case = reported(reporter.user, profile)
    decision = deciding.decide(
        case=case, by=lead(), kind=Decision.Kind.WARN, reason=Reason.SPAM,
        statement="statement words", note="decision note",
    )  # fmt: skip
    appeals.appeal(decision=decision, by_person=owner, text="appeal words")
    appeals.decide_appeal(
        appeal=Appeal.objects.get(decision=decision), by=lead(), grant=False, answer="answer words"
    )
    deciding.undo(decision=decision, by=lead(), reason="undoing words")
    return reported(reporter.user, profile)


def reported(reporter: User, profile: Profile) -> Case:
    """Somebody's profile, reported and noticed by itself, with a note of staff."""
    made, _ = report(
        reporter=reporter, subject_type="profile", subject_id=profile.pk, reason=Reason.SPAM,
        text="complaint words",
    )  # fmt: skip
    Finding.objects.create(
        user=profile.user, kind=Finding.Kind.CONTACT, response=Response.HOLD,
        subject_type="profile", subject_id=profile.pk, detail="finding words",
    )  # fmt: skip
    casework.add_note(case=made.case, by=lead(), text="case note")
    return made.case


def every_page() -> list[str]:
    rows = [row for model in MODELS for row in model.objects.all()]
    return [
        *(
            address(model, "changelist") + query
            for model in MODELS
            for query in ("", FILTERS[model])
        ),
        *(address(row, page) for row in rows for page in ("change", "history")),
        reverse("admin:index"),
    ]


def test_an_analyst_sees_nobodys_words_photos_or_addresses_on_any_page(run_jobs: Any):
    affair()
    run_jobs()
    client = somebody(Role.ANALYST)
    for path in every_page():
        answer = client.get(path)
        assert answer.status_code in (200, 302), path
        page = answer.content.decode()
        assert [word for word in WORDS if word in page] == [], path


def test_a_moderator_sees_them(run_jobs: Any):
    affair()
    run_jobs()
    client = somebody(Role.MODERATOR)
    pages = "".join(client.get(path).content.decode() for path in every_page())
    assert [word for word in WORDS if word not in pages and word != "message words"] == []


def test_an_analyst_reads_no_messages_whatever_else_the_role_says():
    match = matched()
    mine, theirs = Participant.objects.filter(conversation=match.conversation).order_by("pk")
    message, *_ = send(participant=mine, client_id=uuid4(), body="message words")
    made, _ = report(
        reporter=theirs.profile.user, subject_type="message", subject_id=message.pk,
        reason=Reason.SPAM,
    )  # fmt: skip
    client = somebody(Role.ANALYST)
    page = address(made.case, "change")
    assert "message words" not in client.get(page).content.decode()
    assert "message words" in somebody(Role.MODERATOR).get(page).content.decode()


@pytest.mark.parametrize("email", ["about@people.example", "reporter@people.example"])
def test_an_analyst_finds_nothing_by_address(email: str):
    affair()
    client = somebody(Role.ANALYST)
    for model in MODELS:
        found = client.get(address(model, "changelist"), {"q": email}).context["cl"]
        assert found.result_count == 0, model


# --- About oneself --------------------------------------------------------------------------------


@pytest.fixture
def colleague() -> tuple[User, Client]:
    """Somebody who was decided about before they worked here."""
    affair()
    user = User.objects.get(email="about@people.example")
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    user.groups.add(Group.objects.get(name=Role.LEAD))
    client = Client()
    client.force_login(user)
    return user, client


def own_pages() -> list[str]:
    rows = [row for model in MODELS for row in model.objects.all()]
    return [address(row, page) for row in rows for page in ("change", "history")]


def test_nobody_reads_what_is_about_themselves(colleague: Any):
    user, client = colleague
    person = reverse("admin:moderation_person", args=[user.pk])
    for path in (*own_pages(), person):
        answer = client.get(path)
        assert answer.status_code == 403, path
        assert "reporter@people.example" not in answer.content.decode()
    for model in MODELS:
        for query in ("", FILTERS[model], f"?q={user.email}", f"?q={user.pk}"):
            found = client.get(address(model, "changelist") + query).context["cl"]
            assert list(found.result_list) == [], (model, query)
    page = client.get(reverse("admin:moderation_find"), {"q": user.email})
    assert page.context["hits"] == []


def test_nobody_works_on_what_is_about_themselves(colleague: Any):
    user, client = colleague
    case, decision = Case.objects.get(closed_at=None), Decision.objects.get()
    for path in (
        *(
            reverse(f"admin:moderation_case_{verb}", args=[case.pk])
            for verb in ("claim", "release", "note", "decide")
        ),
        reverse("admin:moderation_decision_undo", args=[decision.pk]),
        reverse("admin:moderation_open", args=[user.pk]),
    ):
        assert client.post(path, {"text": "x", "reason": "because"}).status_code == 403, path


def test_colleagues_and_superusers_read_it(colleague: Any):
    user, client = colleague
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    for reader in (client, somebody(Role.LEAD)):
        assert {reader.get(path).status_code for path in own_pages()} == {200}
