"""Staff who decide at the same moment, and people who write, report or leave meanwhile."""

from functools import partial
from uuid import uuid4

import pytest

from accounts.credentials import remove_account
from accounts.refusals import AccountBanned, AccountLimited, AccountSuspended
from events.models import Event
from matching import services as matching
from matching.tests.factories import matched
from messaging.models import Message, Participant
from messaging.services import send
from moderation import appeals, casework, deciding, reporting
from moderation.models import Appeal, Case, Decision, Report
from moderation.tests.desk import an_old_dog, case_of, decided, dog, lead, outcomes, undone
from playgrounds.tests.factories import PlaygroundFactory
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.models import AuditEntry
from pupmatch.lib.problems import NotFound
from screening.models import BannedMark

pytestmark = pytest.mark.django_db(transaction=True)

Kind, State = Decision.Kind, Decision.State


def about(profile):
    return {"subject_type": "profile", "subject_id": profile.pk, "reason": "spam"}


def refusals(results):
    return [type(each) for each in results if isinstance(each, Exception)]


@pytest.mark.parametrize("kinds", [("warn", "warn"), ("ban", "dismiss"), ("suspend", "limit")])
def test_of_two_who_decide_a_case_at_once_one_does(in_parallel, kinds):
    for _ in range(5):
        case = case_of(dog())
        ways = [partial(decided, None, kind, by=lead(), case=case) for kind in kinds]
        assert refusals(in_parallel(*ways)) == [casework.CaseClosed]
        decision = Decision.objects.get(case=case)
        assert AuditEntry.objects.filter(subject_id=decision.pk).count() == 1
        assert Event.objects.filter(data__id=str(decision.pk)).count() == (
            decision.kind != Kind.DISMISS
        )


def test_undone_by_three_at_once_it_is_undone_once(in_parallel):
    for kind in Kind.values:
        decision = decided(dog(), kind)
        results = in_parallel(*[partial(undone, decision)] * 3)
        assert sorted(results) == [False, False, True]
        assert AuditEntry.objects.filter(subject_id=decision.pk).count() == 2


def test_a_ban_is_either_confirmed_or_declined(in_parallel):
    for _ in range(5):
        me = an_old_dog()
        ban = decided(me, Kind.BAN)
        results = in_parallel(
            partial(deciding.confirm, decision=ban, by=lead()),
            partial(deciding.confirm, decision=ban, by=lead()),
            partial(deciding.decline, decision=ban, by=lead()),
        )
        assert refusals(results) == [deciding.NotProposed] * 2
        ban.refresh_from_db()
        me.user.refresh_from_db()
        assert (me.user.banned_at is not None) == (ban.state == State.IN_FORCE)
        assert BannedMark.objects.filter(decision_id=ban.pk).exists() == bool(me.user.banned_at)


def test_two_decisions_about_one_person_are_undone_at_once(in_parallel):
    for first, second in (("ban", "suspend"), ("suspend", "suspend"), ("hold_photos", "remove")):
        me = dog()
        photo = me.photos.first()
        both = [decided(me, first), decided(photo if second == "remove" else me, second)]
        assert in_parallel(*[partial(undone, one) for one in both]) == [True, True]
        me.user.refresh_from_db()
        assert (me.user.is_active, me.user.suspended_until) == (True, None)
        assert me.photos.shown().count() == 3


def test_a_place_stays_removed_while_any_decision_says_so(in_parallel):
    for _ in range(10):
        place = PlaygroundFactory()
        first = decided(place, Kind.REMOVE)
        second = partial(decided, place, Kind.REMOVE, case=case_of(place))
        assert refusals(in_parallel(partial(undone, first), second)) == []
        place.refresh_from_db()
        assert place.held_at is not None
        undone(Decision.objects.in_force().get(subject_id=place.pk))
        place.refresh_from_db()
        assert place.held_at is None


def test_an_appeal_is_made_once_and_answered_once(in_parallel):
    for _ in range(5):
        me = dog()
        decision = decided(me, Kind.SUSPEND)
        way = partial(appeals.appeal, decision=decision, by_person=me.user, text="Not me.")
        assert refusals(in_parallel(way, way)) == [appeals.AlreadyAppealed]
        appeal = Appeal.objects.get(decision=decision)
        answer = partial(appeals.decide_appeal, appeal=appeal, answer="So be it.")
        ways = [partial(answer, by=lead(), grant=grant) for grant in (True, False)]
        assert refusals(in_parallel(*ways)) == [appeals.AppealDecided]
        appeal.refresh_from_db()
        decision.refresh_from_db()
        assert (appeal.outcome == "granted") == (decision.state == State.UNDONE)


def test_an_appeal_that_crosses_an_undoing_does_not_wait_for_ever(in_parallel):
    for _ in range(10):
        me = dog()
        decision = decided(me, Kind.WARN)
        results = in_parallel(
            partial(appeals.appeal, decision=decision, by_person=me.user, text="Not me."),
            partial(undone, decision),
        )
        assert set(refusals(results)) <= {appeals.NotAppealable}
        assert not Appeal.objects.waiting().exists()


def test_a_report_that_crosses_a_decision_is_settled_or_waits_in_an_open_case(in_parallel):
    for _ in range(10):
        me, reporter = dog(), ProfileFactory().user
        case = case_of(me)
        in_parallel(
            partial(reporting.report, reporter=reporter, **about(me)),
            partial(decided, None, Kind.WARN, case=case),
        )
        report = Report.objects.get(reporter=reporter)
        assert (report.outcome == "waiting") == (report.case.closed_at is None)
        assert outcomes(case) == {"acted"}


@pytest.mark.parametrize("kind", ["limit", "suspend", "ban"])
def test_after_a_decision_nothing_of_theirs_is_stored(in_parallel, kind):
    for _ in range(5):
        me, liked = dog(), ProfileFactory()
        match = matched(me)
        side = Participant.objects.get(conversation=match.conversation_id, profile=me)
        say = partial(send, participant=side, body="Hello!")
        like = partial(matching.like, liker=me, liked=liked)
        in_parallel(partial(decided, me, kind), partial(say, client_id=uuid4()), like)
        stored = what_is_stored(me)
        for refused in (partial(say, client_id=uuid4()), like):
            with pytest.raises((AccountLimited, AccountSuspended, AccountBanned, NotFound)):
                refused()
        assert what_is_stored(me) == stored


def what_is_stored(profile):
    return Message.objects.filter(sender=profile).count(), profile.likes_given.count()


def test_somebody_who_leaves_while_they_are_decided_about(in_parallel):
    for kind in Kind.values:
        me = dog()
        case = case_of(me)
        results = in_parallel(
            partial(decided, me, kind, case=case),
            partial(remove_account, user=me.user),
        )
        assert set(refusals(results)) <= {deciding.DoesNotFit}
        assert not Case.objects.filter(about__isnull=False).exists()
        decision = Decision.objects.filter(case=case).first()
        if decision:
            assert decision.person is None
            assert undone(decision)


def test_a_case_that_is_taken_up_again_while_somebody_reports_the_same(in_parallel):
    for _ in range(10):
        me, reporter = dog(), ProfileFactory().user
        decision = decided(me, Kind.DISMISS, case=case_of(me, reporter=reporter))
        in_parallel(
            partial(reporting.report, reporter=reporter, **about(me)),
            partial(undone, decision),
        )
        assert Case.objects.open().filter(about=me.user).count() == 1
        assert Report.objects.filter(reporter=reporter, outcome="waiting").count() == 1
