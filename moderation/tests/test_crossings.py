"""Reports while everything else happens to the same people at the same instant."""

from functools import partial
from uuid import uuid4

import pytest
from psycopg.errors import DeadlockDetected

from accounts.credentials import remove_account
from accounts.models import User
from matching.tests.factories import matched
from messaging.services import send, unsend
from messaging.tests.factories import say, sides_of
from moderation import casework
from moderation.deciding import decide
from moderation.models import Case, Decision, Evidence, Reason, Report, Subject
from moderation.reporting import report
from moderation.tests.factories import ReportFactory, staff
from profiles.photos import delete_photo
from profiles.services import delete_profile
from profiles.tests.factories import PhotoFactory
from pupmatch.lib.problems import NotFound, Problem

pytestmark = pytest.mark.django_db(transaction=True)


def surprises(outcomes):
    """Errors that are neither refusals nor a deadlock, which the API answers by 503: try again."""
    return [
        outcome
        for outcome in outcomes
        if isinstance(outcome, Exception)
        and not isinstance(outcome, Problem)
        and not isinstance(outcome.__cause__, DeadlockDetected)
    ]


@pytest.mark.requirement("R2.7")
@pytest.mark.parametrize("who", ["reported", "reporter"])
@pytest.mark.parametrize("leave", ["profile", "account"])
def test_reporting_crosses_somebodys_leaving_without_an_error(in_parallel, leave, who):
    for _ in range(6):
        match = matched()
        me, other = match.low, match.high
        message = say(sides_of(match.conversation)[1])
        leaving = other if who == "reported" else me
        if leave == "account":
            away = partial(remove_account, user=leaving.user)
        else:
            away = partial(delete_profile, profile=leaving)
        outcomes = in_parallel(
            partial(
                report, reporter=me.user, subject_type=Subject.MESSAGE, subject_id=message.pk,
                reason=Reason.SPAM, block=True,
            ),
            away,
            partial(unsend, message=message),
        )  # fmt: skip
        assert outcomes[1] is None  # whoever leaves always gets away
        assert surprises(outcomes) == []
        if isinstance(outcomes[0], tuple):
            assert Evidence.objects.filter(report=outcomes[0][0]).exists()
    assert Evidence.objects.count() == Report.objects.count()


def test_reporting_crosses_decisions_and_messages_without_a_deadlock(in_parallel):
    for _ in range(6):
        match = matched()
        me, other = match.low, match.high
        side = sides_of(match.conversation)[1]
        message = say(side)
        photo = PhotoFactory(profile=other)
        case, by = ReportFactory(about=other.user).case, staff("work_case")
        outcomes = in_parallel(
            partial(
                report, reporter=me.user, subject_type=Subject.MESSAGE, subject_id=message.pk,
                reason=Reason.SPAM, block=True,
            ),
            partial(
                decide, case=case, by=by, kind=Decision.Kind.LIMIT, reason=Reason.SPAM, days=3
            ),
            partial(send, participant=side, client_id=uuid4(), body="Still there?"),
            partial(delete_photo, profile=other, photo=photo),
            partial(casework.claim, case=case, by=staff("work_case")),
        )  # fmt: skip
        assert [each for each in outcomes if isinstance(each, Exception)
                and not isinstance(each, Problem)] == []  # fmt: skip
        waiting = Report.objects.filter(reporter=me.user).get()
        assert waiting.evidence.content["subject"]["body"] == message.body
        # In the case that was decided, or in a new one: never lost in between.
        counted = Case.objects.get(pk=waiting.case_id)
        assert (waiting.outcome == "waiting") == (counted.closed_at is None)


def test_who_is_gone_cannot_be_reported():
    match = matched()
    message = say(sides_of(match.conversation)[1])
    remove_account(user=match.high.user)
    with pytest.raises(NotFound):
        report(
            reporter=match.low.user, subject_type=Subject.MESSAGE, subject_id=message.pk,
            reason=Reason.SPAM,
        )  # fmt: skip
    assert not Case.objects.exists()
    assert User.objects.count() == 1
