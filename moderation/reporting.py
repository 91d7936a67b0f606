"""Reporting: one transaction from what somebody saw to the case that staff find it in."""

from functools import partial
from uuid import UUID

from accounts.models import User
from events.publishing import recorded
from moderation import blocking, casework, evidence, subjects
from moderation.models import Report
from moderation.models.reports import SEVERITIES, Reason
from moderation.snapshots import profile_of
from moderation.subjects import Thing
from moderation.weights import weigh
from pupmatch.lib.problems import NotFound


@recorded()
def report(
    *,
    reporter: User,
    subject_type: str,
    subject_id: UUID,
    reason: str,
    text: str = "",
    block: bool = False,
) -> tuple[Report, bool]:
    """Report something to staff; the second value says whether that is new.

    What was reported is frozen with its context, so that nothing that happens to it afterwards
    matters. Repeated while it waits, it is the first one. With `block` whoever is responsible is
    blocked, too, unless the reporter cannot know who that is. Raises NotFound for what the reporter cannot see and never could, and Oneself.
    """
    look = partial(subjects.find, viewer=reporter, subject_type=subject_type, subject_id=subject_id)
    owner = look().owner
    people = casework.lock_people([reporter.pk, owner.pk if owner else None])
    if len(people) < 1 + (owner is not None):
        raise NotFound
    # Again under the locks: from here on neither its owner nor their photos can go.
    thing = look()
    found = Report.objects.filter(
        reporter=reporter,
        subject_type=subject_type,
        subject_id=subject_id,
        outcome=Report.Outcome.WAITING,
    ).first()
    made = found or _store(thing, reporter, Reason(reason), text)
    if block:
        _block(thing, reporter)
    return made, found is None


def _block(thing: Thing, reporter: User) -> None:
    """Not of somebody hidden who added a place or wrote a review: a list of blocks would name them."""
    profile = profile_of(thing)
    if profile and blocking.blockable(reporter).filter(pk=profile.pk).exists():
        blocking.block(blocker=reporter, blocked=profile)


def _store(thing: Thing, reporter: User, reason: Reason, text: str) -> Report:
    severity = SEVERITIES[reason]
    place_id = thing.row.pk if thing.owner is None else None
    case = casework.open_case(about=thing.owner, playground_id=place_id, severity=severity)
    made = Report.objects.create(
        case=case,
        reporter=reporter,
        subject_type=thing.type,
        subject_id=thing.row.pk,
        reason=reason,
        text=text,
        weight=weigh(reporter=reporter, case=case),
    )
    evidence.freeze(made, thing)
    casework.gather(case=case, severity=severity, weight=made.weight, reports=1)
    return made
