"""Staff who reported something leave it to others."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Block
from accounts.tests.factories import UserFactory
from moderation import appeals, casework, deciding, subjects
from moderation.models import Decision, Reason, Subject
from moderation.reporting import report
from moderation.tests.desk import an_old_dog, case_of, decided, dog, lead, undone
from playgrounds import holding
from playgrounds.tests.factories import PlaygroundFactory, ReviewFactory
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.problems import NotFound

pytestmark = pytest.mark.django_db

Kind, State = Decision.Kind, Decision.State


@pytest.fixture(params=["lead", "superuser"])
def reporter(request):
    if request.param == "lead":
        return lead()
    return UserFactory(is_staff=True, is_superuser=True)


# --- Cases ----------------------------------------------------------------------------------------


def test_who_reported_something_neither_claims_nor_decides(reporter):
    me = dog()
    case = case_of(me, reporter=reporter)
    case_of(me.photos.first())
    with pytest.raises(casework.OwnCase, match="You reported"):
        casework.claim(case=case, by=reporter)
    with pytest.raises(casework.OwnCase):
        casework.open_by_staff(about=me.user, by=reporter, note="Look.")
    for kind in Kind:
        with pytest.raises(casework.OwnCase):
            decided(me, kind, case=case, by=reporter)
    case.refresh_from_db()
    assert case.claimed_by is None
    assert decided(me, Kind.WARN, case=case).state == State.IN_FORCE


def test_the_next_case_is_one_that_they_did_not_report(reporter):
    own = case_of(dog(), reporter=reporter)
    assert casework.next_case(by=reporter) is None
    other = case_of(dog())
    assert casework.next_case(by=reporter) == other
    assert casework.next_case(by=lead()) == own


def test_nor_are_they_the_second_pair_of_eyes(reporter):
    me = an_old_dog()
    ban = decided(me, Kind.BAN, case=case_of(me, reporter=reporter))
    for verb in (deciding.confirm, deciding.decline):
        with pytest.raises(casework.OwnCase):
            verb(decision=ban, by=reporter)
    assert deciding.confirm(decision=ban, by=lead()).state == State.IN_FORCE


def test_nor_do_they_undo_or_hear_appeals(reporter):
    me = dog()
    decision = decided(me, Kind.WARN, case=case_of(me, reporter=reporter))
    with pytest.raises(casework.OwnCase):
        deciding.undo(decision=decision, by=reporter, reason="Changed my mind.")
    appeal = appeals.appeal(decision=decision, by_person=me.user, text="It was not me.")
    with pytest.raises(casework.OwnCase):
        appeals.decide_appeal(appeal=appeal, by=reporter, grant=False, answer="It was.")
    assert undone(decision)


# --- What reporters cannot see --------------------------------------------------------------------


def of_a_hidden_owner():
    hidden = ProfileFactory(paused_at=timezone.now())
    place = PlaygroundFactory(created_by=hidden.user, source="", source_id="")
    return (Subject.PLAYGROUND, place), (Subject.REVIEW, ReviewFactory(user=hidden.user))


def test_a_block_names_nobody_hidden(client_for):
    me = ProfileFactory().user
    client = client_for(me)
    for kind, row in of_a_hidden_owner():
        body = {"subject_type": kind, "subject_id": str(row.pk), "reason": "spam", "block": True}
        assert client.post("/api/v1/reports", body).status_code == 201
    assert client.get("/api/v1/blocks").json()["results"] == []
    assert not Block.objects.exists()


def test_a_block_of_somebody_who_is_seen_stays_one():
    me, other = ProfileFactory().user, ProfileFactory()
    review = ReviewFactory(user=other.user)
    again = [
        report(
            reporter=me, subject_type=Subject.REVIEW, subject_id=review.pk, reason=Reason.SPAM,
            block=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    assert [is_new for _, is_new in again] == [True, False]
    assert Block.objects.get().blocked == other.user


def find(viewer, kind, row):
    return subjects.find(viewer=viewer, subject_type=kind, subject_id=row.pk)


def test_what_is_held_is_reported_by_nobody_who_had_not_seen_it():
    me, early = ProfileFactory().user, ProfileFactory().user
    place, review = PlaygroundFactory(), ReviewFactory()
    rows = ((Subject.PLAYGROUND, place), (Subject.REVIEW, review))
    for kind, row in rows:
        report(reporter=early, subject_type=kind, subject_id=row.pk, reason=Reason.SPAM)
    holding.hold(playground=place)
    holding.hold_review(review=review)
    for kind, row in rows:
        with pytest.raises(NotFound):
            find(me, kind, row)
        again = report(reporter=early, subject_type=kind, subject_id=row.pk, reason=Reason.SPAM)
        assert not again[1]


def test_nor_is_a_review_of_a_place_that_is_held_or_by_somebody_blocked():
    me, other = ProfileFactory().user, ProfileFactory().user
    review = ReviewFactory(user=other)
    assert find(me, Subject.REVIEW, review).owner == other
    Block.objects.create(blocker=other, blocked=me, blocked_name="Rex")
    with pytest.raises(NotFound):
        find(me, Subject.REVIEW, review)
    of_held = ReviewFactory()
    holding.hold(playground=of_held.playground)
    with pytest.raises(NotFound):
        find(me, Subject.REVIEW, of_held)


# --- When -----------------------------------------------------------------------------------------


def test_a_decision_is_in_force_once_what_was_on_its_way_is_stored(monkeypatch):
    """Its effect waits for that; the time is taken afterwards."""
    me = dog()
    case, later = case_of(me), timezone.now() + timedelta(minutes=1)
    apply = deciding.effects.apply

    def slowly(decision, person):
        before = apply(decision, person)
        monkeypatch.setattr(timezone, "now", lambda: later)
        return before

    monkeypatch.setattr(deciding.effects, "apply", slowly)
    decision = decided(me, Kind.LIMIT, case=case)
    decision.refresh_from_db()
    case.refresh_from_db()
    assert decision.in_force_at == case.closed_at == later
