"""The queue and the page of a case, as a moderator works on them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from moderation import casework, reporting
from moderation.models import Case, Decision, Note, Reason, Report
from moderation.models.cases import Severity
from moderation.tests.desk import (
    LEAD,
    MODERATOR,
    VIEWS,
    an_old_dog,
    case_of,
    dog,
    shown,
    signed_in,
)
from moderation.tests.factories import CaseFactory, ReportFactory, staff
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.models import AuditEntry

pytestmark = pytest.mark.django_db

QUEUE = "/admin/moderation/case/"


@pytest.fixture
def moderator() -> User:
    return staff(*VIEWS, *MODERATOR)


@pytest.fixture
def desk(moderator: User) -> Client:
    return signed_in(moderator)


def page(case: Case, verb: str = "change") -> str:
    return reverse(f"admin:moderation_case_{verb}", args=[case.pk])


# --- The queue ------------------------------------------------------------------------------------


def test_the_queue_shows_open_cases_the_most_urgent_first(desk: Client):
    mild, grave = (ReportFactory(reason=reason).case for reason in ("not_a_dog", "underage"))
    closed = CaseFactory(closed_at=timezone.now())
    found = [case.pk for case in desk.get(QUEUE).context["cl"].result_list]
    assert found == [grave.pk, mild.pk]
    assert [case.pk for case in desk.get(f"{QUEUE}?state=closed").context["cl"].result_list] == [
        closed.pk
    ]


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("?state=mine", True),
        ("?state=overdue", True),
        ("?severity=4", True),
        ("?severity=1", False),
        ("?severity=nonsense", True),
        ("?reason=underage", True),
        ("?reason=spam", False),
        ("?reason=nonsense", True),
        ("?state=nonsense", True),
    ],
)
def test_the_queue_is_narrowed_down(desk: Client, moderator: User, query: str, is_found: bool):
    case = ReportFactory(reason=Reason.UNDERAGE).case
    Case.objects.filter(pk=case.pk).update(due_at=timezone.now() - timedelta(hours=1))
    casework.claim(case=case, by=moderator)
    assert bool(desk.get(QUEUE + query).context["cl"].result_list) == is_found


def test_a_search_looks_at_closed_cases_too(desk: Client):
    case = CaseFactory(closed_at=timezone.now())
    for term in (case.pk, case.about.pk, case.about.email):
        assert list(desk.get(QUEUE, {"q": term}).context["cl"].result_list) == [case]


def test_a_long_queue_costs_no_more_queries(desk: Client, django_assert_max_num_queries):
    ReportFactory.create_batch(25)
    with django_assert_max_num_queries(12):
        assert shown(desk.get(QUEUE)).count("Dog ") >= 25


def test_next_claims_the_most_urgent_case_and_opens_it(desk: Client, moderator: User):
    ReportFactory(reason=Reason.NOT_A_DOG)
    urgent = ReportFactory(reason=Reason.UNDERAGE).case
    answer = desk.post(reverse("admin:moderation_case_next"))
    assert answer["Location"] == page(urgent)
    urgent.refresh_from_db()
    assert urgent.claimed_by == moderator


def test_next_of_an_empty_queue_says_so(desk: Client):
    assert "The queue is empty." in shown(
        desk.post(reverse("admin:moderation_case_next"), follow=True)
    )


# --- The page -------------------------------------------------------------------------------------


def test_the_page_shows_what_was_reported_as_it_stood(desk: Client):
    profile = dog(bio="Call me maybe.")
    report, _ = reporting.report(
        reporter=ProfileFactory().user,
        subject_type="profile",
        subject_id=profile.pk,
        reason=Reason.SPAM,
        text="Look at that bio.",
    )
    type(profile).objects.filter(pk=profile.pk).update(bio="Nothing to see.")
    text = shown(desk.get(page(report.case)))
    assert "Look at that bio." in text
    assert "Call me maybe." in text
    assert "Nothing to see." in text


MESSAGE = {
    "id": "m", "position": 1, "sender_id": "s", "kind": "text", "body": "Send me money",
    "created_at": "2026-11-01T10:00:00Z", "edited_at": None, "deleted_at": None, "is_subject": True,
    "former": [{"body": "Send me gold"}], "playground": None,
}  # fmt: skip
TALK = {"subject": MESSAGE, "profile": None, "messages": [MESSAGE], "people": {"s": "Rex"}}


def test_reading_private_messages_in_a_case_is_on_record(desk: Client, moderator: User):
    case = ReportFactory(subject_type="message", evidence=TALK).case
    text = shown(desk.get(page(case)))
    assert "Send me money" in text
    assert "Send me gold" in text
    entry = AuditEntry.objects.get(action="messages.read")
    assert (entry.actor_id, entry.subject_id) == (moderator.pk, str(case.pk))


def test_who_may_not_read_messages_sees_none(moderator: User):
    case = ReportFactory(subject_type="message", evidence=TALK).case
    text = shown(signed_in(staff("view_case")).get(page(case)))
    assert "Send me" not in text
    assert not AuditEntry.objects.filter(action="messages.read").exists()


def test_reports_that_froze_the_same_show_it_once(desk: Client):
    profile = dog(bio="Only once, please.")
    for _ in range(3):
        report, _ = reporting.report(
            reporter=ProfileFactory().user,
            subject_type="profile",
            subject_id=profile.pk,
            reason=Reason.SPAM,
        )
    type(profile).objects.filter(pk=profile.pk).update(bio="")
    text = shown(desk.get(page(report.case)))
    assert text.count("Only once, please.") == 1
    assert text.count("The same as above.") == 2


def test_a_big_case_costs_no_more_than_its_page_may(desk: Client, django_assert_max_num_queries):
    profile = dog()
    for number in range(30):
        ReportFactory(about=profile.user, reason=list(Reason)[number % len(Reason)])
    case = Case.objects.get()
    with django_assert_max_num_queries(25):
        assert "18 more" in shown(desk.get(page(case)))


@pytest.mark.parametrize("id_", ["nonsense", "01890000-0000-7000-8000-000000000000"])
def test_a_case_that_is_not_there_is_404(desk: Client, id_: str):
    assert desk.get(f"{QUEUE}{id_}/change/").status_code == 404


def test_a_case_about_somebody_who_left_can_still_be_dismissed(desk: Client):
    case = ReportFactory().case
    case.about.delete()
    assert "Somebody who left" in shown(desk.get(page(case)))
    decide(desk, case, kind="dismiss")
    assert Decision.objects.get().kind == "dismiss"


# --- What is done on it ---------------------------------------------------------------------------


def decide(client: Client, case: Case, **fields: Any) -> Any:
    form = {"kind": "warn", "reason": "spam", "statement": "Please do not.", "note": "", **fields}
    return client.post(page(case, "decide"), form, headers={"referer": page(case)}, follow=True)


@pytest.mark.parametrize("kind", ["dismiss", "warn", "remove", "hold_photos", "limit", "suspend"])
def test_a_moderator_decides(desk: Client, moderator: User, kind: str):
    profile = dog()
    case = case_of(profile)
    fields = {"days": 3, "subject": f"profile:{profile.pk}"}
    assert "Decided" in shown(decide(desk, case, kind=kind, **fields))
    decision = Decision.objects.get()
    assert (decision.kind, decision.decided_by, decision.state) == (kind, moderator, "in_force")
    assert decision.statement == "Please do not."
    case.refresh_from_db()
    assert case.closed_at is not None
    assert AuditEntry.objects.filter(action=f"decision.{kind}", actor_id=moderator.pk).count() == 1


def test_deciding_leads_on_to_the_next_case(desk: Client, moderator: User):
    first, second = ReportFactory().case, ReportFactory().case
    answer = desk.post(page(first, "decide"), {"kind": "warn", "reason": "spam", "next": "yes"})
    assert answer["Location"] == page(second)
    second.refresh_from_db()
    assert second.claimed_by == moderator


def test_a_ban_of_an_old_account_is_proposed_and_confirmed_by_another(moderator: User):
    case = case_of(an_old_dog())
    proposer, second = (staff(*VIEWS, *LEAD) for _ in range(2))
    assert "Proposed" in shown(decide(signed_in(proposer), case, kind="ban"))
    decision = Decision.objects.get()
    confirm = reverse("admin:moderation_decision_confirm", args=[decision.pk])
    signed_in(proposer).post(confirm)
    decision.refresh_from_db()
    assert decision.state == "proposed"
    signed_in(second).post(confirm)
    decision.refresh_from_db()
    assert (decision.state, decision.confirmed_by) == ("in_force", second)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "nonsense"},
        {"kind": "ban"},
        {"kind": "limit", "days": ""},
        {"kind": "limit", "days": "366"},
        {"kind": "suspend", "days": "-1"},
        {"kind": "remove", "subject": ""},
        {"kind": "remove", "subject": "photo:nonsense"},
        {"kind": "remove", "subject": "nonsense:01890000-0000-7000-8000-000000000000"},
        {"kind": "remove", "subject": "message:01890000-0000-7000-8000-000000000000"},
        {"kind": "warn", "reason": "nonsense"},
        {"kind": "warn", "statement": "x" * 2001},
    ],
)
def test_what_does_not_fit_changes_nothing_and_says_why(desk: Client, fields: dict):
    case = case_of(dog())
    before = AuditEntry.objects.count()
    answer = decide(desk, case, **fields)
    assert [str(message) for message in answer.context["messages"]]
    assert not Decision.objects.exists()
    assert AuditEntry.objects.count() == before


def test_a_case_that_somebody_else_works_on_is_left_to_them(desk: Client):
    case = case_of(dog())
    casework.claim(case=case, by=staff("work_case"))
    assert "data-decide" not in shown(desk.get(page(case)))
    assert "Somebody else is working on this case." in shown(decide(desk, case))
    assert not Decision.objects.exists()


def test_claiming_and_releasing(desk: Client, moderator: User):
    case = ReportFactory().case
    desk.post(page(case, "claim"))
    case.refresh_from_db()
    assert case.claimed_by == moderator
    desk.post(page(case, "release"))
    case.refresh_from_db()
    assert case.claimed_by is None


def test_notes_are_for_staff(desk: Client, moderator: User):
    case = ReportFactory().case
    desk.post(page(case, "note"), {"text": "Seen before."})
    assert Note.objects.get().author == moderator
    assert "Seen before." in shown(desk.get(page(case)))
    desk.post(page(case, "note"), {"text": " "})
    assert Note.objects.count() == 1


@pytest.mark.parametrize("verb", ["claim", "release", "note", "decide"])
def test_only_who_works_cases_works_cases(verb: str):
    case = ReportFactory().case
    assert signed_in(staff("view_case")).post(page(case, verb)).status_code == 403
    assert signed_in(staff(*VIEWS, *MODERATOR)).get(page(case, verb)).status_code == 405


def test_whoever_is_reported_does_not_decide_it():
    profile = dog(user=staff(*VIEWS, *LEAD))
    case = case_of(profile)
    decide(signed_in(profile.user), case, kind="dismiss")
    assert not Decision.objects.exists()
    assert Report.objects.get().outcome == "waiting"
    assert case.severity == Severity.NORMAL
