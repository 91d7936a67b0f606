from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.credentials import remove_account
from accounts.tests.factories import UserFactory
from moderation import authority, casework, deciding
from moderation.models import Case, Decision, Reason, Report
from moderation.rules import RULES
from moderation.tests.desk import (
    LEAD,
    MODERATOR,
    an_old_dog,
    case_of,
    decided,
    dog,
    lead,
    outcomes,
    told,
    undone,
)
from moderation.tests.factories import CaseFactory, staff
from pupmatch.lib.models import AuditEntry

pytestmark = pytest.mark.django_db

Kind, State = Decision.Kind, Decision.State


# --- One decision ---------------------------------------------------------------------------------


def test_a_decision_closes_the_case_settles_its_reports_and_tells_everybody():
    me, by, reporters = dog(), lead(), UserFactory.create_batch(2)
    case = case_of(me, reporter=reporters[0])
    case_of(me.photos.first(), reporter=reporters[1])
    casework.claim(case=case, by=by)
    decision = decided(me, Kind.WARN, by=by, case=case, statement="  Please do not.  ", note="n")
    case.refresh_from_db()
    assert case.closed_at == decision.in_force_at
    assert case.claimed_by is None
    assert outcomes(case) == {"acted"}
    assert (decision.statement, decision.note, decision.decided_by) == ("Please do not.", "n", by)
    assert told(me.user) == [("decision.created", str(decision.pk))]
    for reporter in reporters:
        report = Report.objects.get(reporter=reporter)
        assert report.decided_at
        assert told(reporter) == [("report.decided", str(report.pk))]
    entry = AuditEntry.objects.get(action="decision.warn")
    assert (entry.actor_id, entry.subject_id) == (by.pk, str(decision.pk))
    assert entry.data["person"] == str(me.user.pk)


def test_a_dismissal_is_told_to_reporters_alone(mails):
    me = dog()
    decision = decided(me, Kind.DISMISS)
    assert outcomes(decision.case) == {"dismissed"}
    assert told(me.user) == []
    assert not Decision.objects.told_to(me.user).exists()
    assert mails() == []


def test_without_words_of_their_own_staff_tell_the_rule():
    assert decided(dog(), Kind.WARN, statement=" ").statement == RULES[Reason.SPAM].told


def test_a_new_report_after_a_decision_opens_a_case_of_its_own():
    me = dog()
    closed = decided(me, Kind.WARN).case
    assert case_of(me).pk != closed.pk


@pytest.mark.parametrize("reason", Reason.values)
def test_every_reason_is_a_rule(reason):
    rule = RULES[reason]
    assert rule.title
    assert rule.told.endswith(".")
    assert rule.suggested


# --- What is refused ------------------------------------------------------------------------------


def test_what_is_decided_is_decided():
    case = decided(dog(), Kind.WARN).case
    with pytest.raises(casework.CaseClosed):
        decided(None, Kind.BAN, case=case)


def test_somebody_elses_case_is_theirs_until_their_claim_ends(time_machine):
    me = dog()
    case = case_of(me)
    casework.claim(case=case, by=lead())
    with pytest.raises(casework.CaseClaimed):
        decided(me, Kind.WARN, case=case)
    time_machine.move_to(timezone.now() + Case.CLAIM)
    assert decided(me, Kind.WARN, case=case).state == State.IN_FORCE


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "limit", "days": None},
        {"kind": "limit", "days": 0},
        {"kind": "suspend", "days": 3651},
        {"kind": "ban", "days": 7},
        {"kind": "remove", "subject": None},
        {"kind": "warn", "subject": ("profile", "itself")},
        {"kind": "remove", "subject": ("photo", "of somebody else")},
        {"kind": "remove", "subject": ("message", "that nobody reported")},
    ],
)
def test_what_does_not_go_together_is_refused(fields):
    me = dog()
    ids = {"itself": me.pk, "of somebody else": dog().photos.first().pk}
    if subject := fields.get("subject"):
        fields = {**fields, "subject": (subject[0], ids.get(subject[1], me.pk))}
    with pytest.raises(deciding.DoesNotFit):
        deciding.decide(case=case_of(me), by=lead(), reason=Reason.SPAM, **fields)


def test_a_case_about_nobody_is_dismissed_or_its_place_removed():
    case = CaseFactory(about=None, playground_id=dog().pk)
    for kind in (Kind.WARN, Kind.LIMIT, Kind.SUSPEND, Kind.BAN, Kind.HOLD_PHOTOS):
        with pytest.raises(deciding.DoesNotFit):
            decided(None, kind, case=case)
    assert decided(None, Kind.DISMISS, case=case).person is None


def test_what_is_gone_cannot_be_removed():
    me = dog(bio="")
    photo = me.photos.first()
    case = case_of(photo)
    me.photos.all().delete()
    for gone in (("photo", photo.pk), ("profile", me.pk)):
        with pytest.raises(deciding.DoesNotFit, match="nothing left"):
            decided(me, Kind.REMOVE, case=case, subject=gone)
    with pytest.raises(deciding.DoesNotFit, match="nothing left"):
        decided(me, Kind.HOLD_PHOTOS, case=case)
    assert decided(me, Kind.WARN, case=case).state == State.IN_FORCE


NEEDED = {
    "dismiss": "work_case", "warn": "work_case", "remove": "work_case", "hold_photos": "work_case",
    "limit": "work_case", "suspend": "suspend_person", "ban": "ban_person",
}  # fmt: skip


@pytest.mark.parametrize("kind", Kind.values)
def test_each_kind_needs_its_permission_and_no_other(kind):
    others = set(LEAD) - {NEEDED[kind]}
    with pytest.raises(authority.NotAllowed):
        decided(dog(), kind, by=staff(*others))
    assert decided(dog(), kind, by=staff(NEEDED[kind])).state == State.IN_FORCE
    assert decided(dog(), kind, by=UserFactory(is_staff=True, is_superuser=True))


@pytest.mark.parametrize("kind", Kind.values)
def test_nobody_decides_about_themselves(kind):
    for myself in (lead(), UserFactory(is_staff=True, is_superuser=True)):
        with pytest.raises(casework.OwnCase):
            decided(dog(user=myself), kind, by=myself)


@pytest.mark.parametrize("kind", Kind.values)
def test_only_superusers_decide_about_staff(kind):
    colleague = dog(user=staff(*MODERATOR))
    with pytest.raises(authority.NotAllowed):
        decided(colleague, kind)
    above = UserFactory(is_staff=True, is_superuser=True)
    decision = decided(colleague, kind, by=above)
    with pytest.raises(authority.NotAllowed):
        undone(decision)
    assert deciding.undo(decision=decision, by=above, reason="A mistake.")


def test_who_is_no_longer_staff_decides_nothing():
    for by in (lead(), UserFactory(is_superuser=True, is_staff=True)):
        by.is_staff = False
        with pytest.raises(authority.NotAllowed):
            decided(dog(), Kind.WARN, by=by)


def test_the_desk_knows_what_may_be_decided():
    me = dog().user
    assert authority.kinds_for(lead(), me) == list(Kind)
    assert authority.kinds_for(staff(*MODERATOR), me) == [kind for kind in Kind if kind != "ban"]
    assert authority.kinds_for(lead(), None) == [Kind.DISMISS, Kind.REMOVE]
    assert authority.kinds_for(lead(), lead()) == []


# --- Four eyes ------------------------------------------------------------------------------------


def test_a_ban_of_an_old_account_waits_for_somebody_else():
    me, proposer = an_old_dog(), lead()
    case = case_of(me)
    casework.claim(case=case, by=proposer)
    ban = decided(me, Kind.BAN, by=proposer, case=case)
    me.user.refresh_from_db()
    case.refresh_from_db()
    assert (ban.state, ban.in_force_at, me.user.is_active) == (State.PROPOSED, None, True)
    assert (case.closed_at, case.claimed_by, outcomes(case)) == (None, None, {"waiting"})
    assert told(me.user) == []
    with pytest.raises(deciding.SecondEyes):
        deciding.confirm(decision=ban, by=proposer)
    with pytest.raises(authority.NotAllowed):
        deciding.confirm(decision=ban, by=staff(*MODERATOR))
    with pytest.raises(deciding.NotInForce):
        undone(ban)
    other = lead()
    confirmed = deciding.confirm(decision=ban, by=other)
    me.user.refresh_from_db()
    assert (confirmed.state, confirmed.confirmed_by) == (State.IN_FORCE, other)
    assert me.user.banned_at
    assert outcomes(case) == {"acted"}
    assert told(me.user)[-1] == ("decision.created", str(ban.pk))
    with pytest.raises(deciding.NotProposed):
        deciding.confirm(decision=ban, by=lead())


def test_a_ban_of_a_young_account_does_not_wait(settings):
    assert decided(dog(), Kind.BAN).state == State.IN_FORCE
    settings.FOUR_EYES_AFTER_DAYS = 0
    assert decided(dog(), Kind.BAN).state == State.PROPOSED
    settings.FOUR_EYES_AFTER_DAYS = 401
    assert decided(an_old_dog(), Kind.BAN).state == State.IN_FORCE


@pytest.mark.parametrize("days", [29, 31])
def test_the_threshold_is_an_accounts_age(days):
    created_at = timezone.now() - timedelta(days=days)
    ban = decided(dog(user=UserFactory(created_at=created_at)), Kind.BAN)
    assert (ban.state == State.PROPOSED) == (days > 30)


def test_while_a_ban_waits_the_person_can_be_suspended_and_nothing_else():
    me = an_old_dog()
    ban = decided(me, Kind.BAN)
    for kind in (Kind.DISMISS, Kind.WARN, Kind.LIMIT, Kind.HOLD_PHOTOS, Kind.BAN):
        with pytest.raises(deciding.ProposalWaits):
            decided(me, kind, case=ban.case)
    suspension = decided(me, Kind.SUSPEND, case=ban.case)
    ban.case.refresh_from_db()
    assert ban.case.closed_at is None
    deciding.confirm(decision=ban, by=lead())
    undone(ban)
    me.user.refresh_from_db()
    assert (me.user.banned_at, me.user.suspended_until) == (None, suspension.until)
    assert outcomes(ban.case) == {"acted"}
    undone(suspension)
    assert outcomes(ban.case) == {"dismissed"}


def test_a_proposal_that_is_declined_leaves_the_case_to_others():
    me, proposer = an_old_dog(), lead()
    ban = decided(me, Kind.BAN, by=proposer)
    with pytest.raises(authority.NotAllowed):
        deciding.decline(decision=ban, by=staff(*MODERATOR))
    assert list(Decision.objects.proposed()) == [ban]
    assert casework.next_case(by=lead()) is None
    assert deciding.decline(decision=ban, by=proposer).state == State.DECLINED
    for verb in (deciding.decline, deciding.confirm):
        with pytest.raises(deciding.NotProposed):
            verb(decision=ban, by=lead())
    assert casework.next_case(by=lead()) == ban.case
    assert told(me.user) == []


def test_after_a_declined_ban_of_somebody_who_left_the_case_can_be_dismissed():
    me = an_old_dog()
    ban = decided(me, Kind.BAN)
    remove_account(user=me.user)
    deciding.decline(decision=ban, by=lead())
    assert decided(None, Kind.DISMISS, case=ban.case).state == State.IN_FORCE
