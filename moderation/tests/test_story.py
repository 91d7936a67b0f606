"""Decisions made and undone in any order, against a plain model of how a person and their things stand."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import hypothesis
import pytest
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from accounts import standing
from accounts.models import User
from matching.tests.factories import matched
from messaging.models import Participant
from messaging.tests.factories import say
from moderation import casework, subjects
from moderation.counters import CASES
from moderation.models import Case, Decision, Report
from moderation.tests.desk import decided, dog, subject_of, undone
from screening.models import BannedMark, Finding, Response

START = datetime(2026, 6, 1, 12, tzinfo=UTC)
Kind = Decision.Kind
TIMED = {Kind.LIMIT: "limited_until", Kind.SUSPEND: "suspended_until"}
# Few, so that stories meet: the bio, a photo, the message.
things = st.sampled_from([0, 1, 5])
days = st.integers(1, 9)


@dataclass
class Hold:
    """Why something is held: by these decisions, and perhaps anyway."""

    anyway: bool = False
    by: set = field(default_factory=set)


class Story(RuleBasedStateMachine):
    """Somebody with a bio, three photos, a prompt and a message; and staff."""

    clock = None  # set by the test, which has the fixture
    in_force = ()
    from_the_end = False
    decisions = Bundle("decisions")

    @initialize(
        limit=st.none() | days,
        is_out_of_use=st.booleans(),
        held=st.sets(things),
        from_the_end=st.booleans(),
    )
    def begin(self, limit, is_out_of_use, held, from_the_end):
        self.clock.move_to(START)
        for model in (Case, BannedMark, User):
            model.objects.all().delete()
        self.me = dog()
        match = matched(self.me)
        side = Participant.objects.get(conversation=match.conversation_id, profile=self.me)
        self.things = [self.me, *self.me.photos.all(), self.me.prompts.first(), say(side)]
        self.holds, self.noticed, self.shown = {}, [], {}
        self.ends = {kind: {} for kind in TIMED}
        self.bans, self.is_out_of_use = set(), is_out_of_use
        self.in_force, self.from_the_end = [], from_the_end
        if limit:
            until = self.ends[Kind.LIMIT]["before"] = timezone.now() + timedelta(days=limit)
            standing.limit(user=self.me.user, until=until)
        if is_out_of_use:
            standing.deactivate(user=self.me.user)
        for n in held:
            self.hold_by_hand(n)

    def decide(self, kind, thing=None, **fields):
        self.clock.shift(timedelta(seconds=1))
        self.in_force.append(decided(thing or self.me, kind, **fields))
        return self.in_force[-1]

    # What staff decide ------------------------------------------------------------------------------

    @rule(target=decisions, kind=st.sampled_from(list(TIMED)), days=days)
    def restrict(self, kind, days):
        decision = self.decide(kind, days=days)
        self.ends[kind][decision.pk] = decision.until
        return decision

    @rule(target=decisions)
    def ban(self):
        decision = self.decide(Kind.BAN)
        self.bans.add(decision.pk)
        return decision

    @rule(target=decisions)
    def warn(self):
        return self.decide(Kind.WARN)

    @rule(target=decisions, n=things)
    def remove(self, n):
        decision = self.decide(Kind.REMOVE, self.things[n])
        self.holds.setdefault(n, Hold()).by.add(decision.pk)
        return decision

    @rule(target=decisions)
    def hold_photos(self):
        decision = self.decide(Kind.HOLD_PHOTOS)
        for n in (1, 2, 3):
            self.holds.setdefault(n, Hold()).by.add(decision.pk)
        return decision

    @rule(target=decisions)
    def dismiss(self):
        decision = self.decide(Kind.DISMISS)
        in_it = {n for n, at in self.noticed if at >= decision.case.opened_at}
        self.shown[decision.pk] = {n for n in in_it if n in self.holds and not self.holds[n].by}
        for n in self.shown[decision.pk]:
            del self.holds[n]
        return decision

    @rule(decision=consumes(decisions), reopen=st.booleans())
    def undo(self, decision, reopen):
        self.clock.shift(timedelta(seconds=1))
        self.in_force.remove(decision)
        assert undone(decision, reopen=reopen)
        assert not undone(decision, reopen=reopen)
        for ends in self.ends.values():
            ends.pop(decision.pk, None)
        self.bans.discard(decision.pk)
        for n, hold in list(self.holds.items()):
            if decision.pk in hold.by:
                hold.by.remove(decision.pk)
                if not hold.by and not hold.anyway:
                    del self.holds[n]
        for n in self.shown.pop(decision.pk, ()):
            self.holds.setdefault(n, Hold(anyway=True))

    # What happens meanwhile -------------------------------------------------------------------------

    @rule(n=things)
    def screening_holds(self, n):
        self.clock.shift(timedelta(seconds=1))
        casework.lock_people([self.me.user_id])
        casework.open_case(about=self.me.user, playground_id=None, severity=1)
        thing = self.things[n]
        Finding.objects.create(
            user=self.me.user, kind=Finding.Kind.TERM, response=Response.HOLD,
            subject_type=subject_of(thing), subject_id=thing.pk, gathered_at=timezone.now(),
        )  # fmt: skip
        self.noticed.append((n, timezone.now()))
        self.hold_by_hand(n)

    @rule(n=things)
    def hold_by_hand(self, n):
        self.clock.shift(timedelta(seconds=1))
        subjects.hold(self.thing(n))
        self.holds.setdefault(n, Hold(anyway=True))

    @rule(n=things)
    def it_is_written_anew_or_released(self, n):
        subjects.release(self.thing(n))
        self.holds.pop(n, None)

    @rule(is_out_of_use=st.booleans())
    def the_account_is_put_out_of_use(self, is_out_of_use):
        self.is_out_of_use = is_out_of_use
        verb = standing.deactivate if is_out_of_use else standing.reactivate
        verb(user=self.me.user)

    @rule(days=days)
    def time_passes(self, days):
        self.clock.shift(timedelta(days=days))
        # The database's clock stands still, so what `end_suspensions` would do is done here.
        me = User.objects.get(pk=self.me.user_id)
        if me.suspended_until and me.suspended_until <= timezone.now():
            standing.unsuspend(user=me)

    def thing(self, n):
        row = self.things[n]
        return subjects.get(subject_type=subject_of(row), subject_id=row.pk)

    def teardown(self):
        """In the end everything is undone, and nothing is left of it."""
        for decision in self.in_force[:: -1 if self.from_the_end else 1]:
            self.undo(decision, reopen=False)
            self.everything_is_held_that_is_to_be()
            self.the_person_stands_as_they_are_to()
            self.reports_follow_their_case()

    # What is true all the time ----------------------------------------------------------------------

    @invariant()
    def everything_is_held_that_is_to_be(self):
        held = {n for n in range(6) if self.thing(n).is_held}
        assert held == set(self.holds)
        self.me.refresh_from_db()
        assert self.me.photo_count == 3 - len(held & {1, 2, 3})

    @invariant()
    def the_person_stands_as_they_are_to(self):
        me, now = User.objects.get(pk=self.me.user_id), timezone.now()
        for kind, column in TIMED.items():
            ends = [end for end in self.ends[kind].values() if end > now]
            value = getattr(me, column)
            assert (value if value and value > now else None) == max(ends, default=None)
        assert (me.banned_at is not None) == bool(self.bans)
        marks = BannedMark.objects.values_list("decision_id", flat=True)
        assert set(marks.filter(kind=BannedMark.Kind.ADDRESS)) == self.bans
        # What was removed is marked, too, for as long as that counts.
        assert set(marks) <= set(Decision.objects.in_force().values_list("pk", flat=True))
        assert me.is_active == (not self.is_out_of_use and not me.is_barred)

    @invariant()
    def reports_follow_their_case(self):
        assert Case.objects.open().count() <= 1
        assert not CASES.check(repair=False)
        for report in Report.objects.select_related("case"):
            measures = report.case.decisions.in_force().exclude(kind=Kind.DISMISS)
            settled = "acted" if measures.exists() else "dismissed"
            assert report.outcome == (settled if report.case.closed_at else "waiting")


@pytest.mark.django_db
def test_every_story_ends_as_it_has_to(time_machine, settings):
    settings.FOUR_EYES_AFTER_DAYS = 3650
    time_machine.move_to(START, tick=False)
    Story.clock = time_machine
    rules = hypothesis.settings(max_examples=15, stateful_step_count=15)
    run_state_machine_as_test(Story, settings=rules)
