"""What else staff do all day: decisions, appeals, photos, finding somebody, figures."""

import csv
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.services import open_session
from accounts.tests.factories import UserFactory
from moderation import appeals, photo_review
from moderation.models import Appeal, Case, Decision
from moderation.tests.desk import LEAD, VIEWS, decided, dog, shown, signed_in, told
from moderation.tests.factories import ReportFactory, staff
from profiles.models import Photo
from profiles.services import change_profile
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.ids import uuid7
from pupmatch.lib.models import AuditEntry
from screening.models import Finding

pytestmark = pytest.mark.django_db

PHOTOS, FIND, FIGURES = "/admin/desk/photos/", "/admin/desk/find/", "/admin/desk/figures/"


@pytest.fixture
def lead() -> User:
    views = ("view_user", "view_profile", "view_photo", "view_session")
    return staff(*VIEWS, *views, *LEAD, "review_photos", "export_figures")


@pytest.fixture
def desk(lead: User) -> Client:
    return signed_in(lead)


# --- Decisions and appeals ------------------------------------------------------------------------


def test_undoing_needs_a_reason_and_restores(desk: Client):
    profile = dog(bio="Hello.")
    decision = decided(profile, "remove")
    address = reverse("admin:moderation_decision_undo", args=[decision.pk])
    desk.post(address, {"reason": ""})
    profile.refresh_from_db()
    assert profile.bio_held_at is not None
    desk.post(address, {"reason": "The wrong dog."})
    profile.refresh_from_db()
    assert profile.bio_held_at is None
    assert AuditEntry.objects.get(action="decision.undo").reason == "The wrong dog."


def test_a_decisions_page_says_everything(desk: Client, django_assert_max_num_queries):
    decision = decided(dog(name="Bruno"), "suspend", statement="No more of that.")
    with django_assert_max_num_queries(12):
        text = shown(desk.get(reverse("admin:moderation_decision_change", args=[decision.pk])))
    for words in ("Bruno", "No more of that.", "Suspended until", "Undo"):
        assert words in text


def test_long_lists_cost_no_more_queries(desk: Client, django_assert_max_num_queries):
    for _ in range(8):
        decision = decided(dog(), "warn")
        appeals.appeal(decision=decision, by_person=decision.person, text="It was not me.")
        ReportFactory()
    for name in ("decision", "appeal", "report"):
        with django_assert_max_num_queries(10):
            assert len(desk.get(f"/admin/moderation/{name}/").context["cl"].result_list) >= 8


def test_a_report_leads_to_its_case(desk: Client):
    report = ReportFactory()
    text = shown(desk.get(f"/admin/moderation/report/{report.pk}/change/"))
    assert reverse("admin:moderation_case_change", args=[report.case_id]) in text


@pytest.mark.parametrize(("outcome", "state"), [("granted", "undone"), ("upheld", "in_force")])
def test_an_appeal_is_decided_by_somebody_else(desk: Client, outcome: str, state: str):
    decision = decided(dog(), "limit")
    appeal = appeals.appeal(decision=decision, by_person=decision.person, text="It was not me.")
    assert "It was not me." in shown(desk.get(f"/admin/moderation/appeal/{appeal.pk}/change/"))
    form = {"outcome": outcome, "answer": "We looked at it again."}
    desk.post(reverse("admin:moderation_appeal_decide", args=[appeal.pk]), form)
    appeal.refresh_from_db()
    decision.refresh_from_db()
    assert (appeal.outcome, decision.state) == (outcome, state)


def test_ones_own_decision_is_somebody_elses_to_look_at_again(lead: User, desk: Client):
    decision = decided(dog(), "limit", by=lead)
    appeal = appeals.appeal(decision=decision, by_person=decision.person, text="It was not me.")
    page = f"/admin/moderation/appeal/{appeal.pk}/change/"
    assert "somebody else has to look at the appeal" in shown(desk.get(page))
    form = {"outcome": "upheld", "answer": "I was right, of course."}
    desk.post(reverse("admin:moderation_appeal_decide", args=[appeal.pk]), form)
    assert Appeal.objects.get().outcome == "waiting"


def test_appeals_wait_oldest_first(desk: Client):
    made = []
    for _ in range(3):
        decision = decided(dog(), "warn")
        made.append(appeals.appeal(decision=decision, by_person=decision.person, text="No."))
    found = desk.get("/admin/moderation/appeal/").context["cl"].result_list
    assert [appeal.pk for appeal in found] == [appeal.pk for appeal in made]


# --- Photos ---------------------------------------------------------------------------------------


def test_marked_photos_are_removed_and_the_rest_approved(desk: Client, lead: User):
    profile = ProfileFactory(photos=3)
    good, bad, other = profile.photos.order_by("position")
    form = {"seen": [good.pk, bad.pk], "held": [bad.pk], "reason": "not_a_dog"}
    assert "Approved: 1. Held: 1." in shown(desk.post(PHOTOS, form, follow=True))
    states = dict(Photo.objects.values_list("pk", "held_at"))
    assert (states[good.pk], states[bad.pk] is not None, states[other.pk]) == (None, True, None)
    assert list(Photo.objects.filter(reviewed_at=None)) == [other]
    decision = Decision.objects.get()
    assert (decision.subject_id, decision.decided_by) == (bad.pk, lead)
    assert ("decision.created", str(decision.pk)) in told(profile.user)
    assert not Case.objects.open().exists()
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {
        "photo.approve",
        "decision.remove",
    }


def test_a_case_that_is_open_stays_open_after_photo_review(desk: Client):
    profile = ProfileFactory(photos=3)
    waiting = ReportFactory(about=profile.user)
    photo = profile.photos.get(position=1)
    desk.post(PHOTOS, {"seen": [photo.pk], "held": [photo.pk], "reason": "fake"})
    waiting.refresh_from_db()
    assert (waiting.outcome, waiting.case.closed_at) == ("waiting", None)


def test_photos_held_before_review_are_shown_once_approved(desk: Client, settings: Any):
    profile = ProfileFactory(photos=2)
    photo = profile.photos.get(position=0)
    Photo.objects.filter(pk=photo.pk).update(held_at=photo.created_at)
    assert "not shown yet" in shown(desk.get(PHOTOS))
    desk.post(PHOTOS, {"seen": [photo.pk], "reason": "other"})
    photo.refresh_from_db()
    assert photo.held_at is None
    assert photo.reviewed_at is not None


def test_what_somebody_else_reviewed_meanwhile_is_left_alone(desk: Client):
    photo = ProfileFactory(photos=2).photos.get(position=0)
    Photo.objects.filter(pk=photo.pk).update(reviewed_at=photo.created_at)
    desk.post(PHOTOS, {"seen": [photo.pk], "held": [photo.pk], "reason": "fake"})
    photo.refresh_from_db()
    assert photo.held_at is None
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"seen": "nonsense", "reason": "fake"},
        {"seen": str(uuid7()), "held": str(uuid7()), "reason": "fake"},
        {"seen": str(uuid7()), "reason": "nonsense"},
    ],
)
def test_a_review_of_nonsense_does_nothing(desk: Client, form: dict):
    before = AuditEntry.objects.count()
    assert desk.post(PHOTOS, form).status_code in (302, 400)
    assert AuditEntry.objects.count() == before


# --- Finding somebody -----------------------------------------------------------------------------


def found(client: Client, term: object) -> list[str]:
    answer = client.get(FIND, {"q": str(term)})
    assert answer.status_code == 200
    return [person.email for person in answer.context["people"]]


def test_a_person_is_found_by_whatever_is_known(desk: Client):
    profile = dog(user=UserFactory(email="wanted@pupmatch.example"))
    user, device = profile.user, uuid7()
    open_session(user=user, ip_address="127.0.0.1", user_agent="tests", device_id=device)
    report = ReportFactory(about=user)
    decision = decided(profile, "warn", case=report.case)
    known = [
        "wanted@pupmatch.example", "Wanted@", user.pk, profile.pk, profile.photos.first().pk,
        user.sessions.get().pk, device, report.case.pk, decision.pk,
    ]  # fmt: skip
    for term in known:
        assert found(desk, term) == ["wanted@pupmatch.example"], term


def test_the_search_takes_anything(desk: Client, django_assert_max_num_queries):
    for term in ("", "%", "'", "🐶", "x" * 3000, "\\", str(uuid7())):
        with django_assert_max_num_queries(8):
            assert found(desk, term) == []


def test_a_case_is_opened_about_somebody_whom_nobody_reported(desk: Client, lead: User):
    user = dog(name="Bruno").user
    assert "Bruno" in shown(desk.get(f"/admin/desk/person/{user.pk}/"))
    address = reverse("admin:moderation_open", args=[user.pk])
    desk.post(address, {"reason": ""})
    assert not Case.objects.exists()
    answer = desk.post(address, {"reason": "A call from the police."})
    case = Case.objects.get()
    assert answer["Location"] == reverse("admin:moderation_case_change", args=[case.pk])
    assert (case.about, case.claimed_by) == (user, lead)
    assert case.notes.get().text == "A call from the police."


def test_nobody_who_is_not_there_has_a_page(desk: Client):
    assert desk.get(f"/admin/desk/person/{uuid7()}/").status_code == 404


# --- Figures --------------------------------------------------------------------------------------


def test_figures_are_shown_and_exported(desk: Client):
    decided(dog(), "warn")
    today = timezone.localdate()
    span = {"since": str(today - timedelta(days=400)), "until": str(today)}
    assert "Export" in shown(desk.get(FIGURES, span))
    answer = desk.get(FIGURES, {**span, "format": "csv"})
    assert answer["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(answer.content.decode().splitlines()))
    assert len({len(row) for row in rows}) == 1
    assert AuditEntry.objects.get(action="figures.export").data == span


@pytest.mark.parametrize(
    "span", [{"since": "x", "until": "y"}, {"since": "2026-02-01", "until": "2026-01-01"}]
)
def test_figures_of_no_span_of_time_say_so(desk: Client, span: dict):
    assert "desk-late" in shown(desk.get(FIGURES, {**span, "format": "csv"}))


# --- What nobody has looked at --------------------------------------------------------------------


def test_approving_photos_leaves_what_a_decision_holds(desk: Client):
    profile = ProfileFactory(photos=3)
    decided(profile.photos.get(position=1), "remove")
    decided(profile, "hold_photos")
    ids = [photo.pk for photo in profile.photos.all()]
    assert not photo_review.waiting().filter(pk__in=ids).exists()
    Photo.objects.filter(pk__in=ids).update(reviewed_at=None)
    desk.post(PHOTOS, {"seen": ids, "reason": "other"})
    assert not profile.photos.filter(held_at=None).exists()


def test_photos_that_look_banned_are_left_to_their_case(desk: Client):
    photo = ProfileFactory(photos=2).photos.get(position=0)
    Photo.objects.filter(pk=photo.pk).update(held_at=photo.created_at)
    kind = Finding.Kind.BANNED_PHOTO
    found = {"kind": kind, "response": "hold", "subject_type": "photo", "subject_id": photo.pk}
    Finding.objects.create(user=photo.profile.user, **found)
    desk.post(PHOTOS, {"seen": [photo.pk], "reason": "other"})
    photo.refresh_from_db()
    assert photo.held_at is not None
    assert photo.reviewed_at is None


def test_ones_own_photos_are_for_others(lead: User, desk: Client):
    photo = ProfileFactory(user=lead, photos=2).photos.get(position=0)
    desk.post(PHOTOS, {"seen": [photo.pk], "reason": "other"})
    photo.refresh_from_db()
    assert photo.reviewed_at is None


def test_a_dismissal_shows_nothing_that_was_written_after_the_page_was_opened(run_jobs: Any):
    profile = dog(bio="")
    change_profile(profile=profile, bio="Write to rex@gmail.com")
    run_jobs()
    case = Case.objects.get()
    seen_at = timezone.now()
    change_profile(profile=profile, bio="Write to bad@gmail.com")
    run_jobs()
    client = signed_in(staff(*VIEWS, *LEAD))
    form = {"kind": "dismiss", "reason": "other", "seen_at": seen_at.isoformat()}
    client.post(reverse("admin:moderation_case_decide", args=[case.pk]), form)
    profile.refresh_from_db()
    assert profile.bio_held_at is not None
    run_jobs()
    assert Case.objects.open().get().finding_count >= 1
