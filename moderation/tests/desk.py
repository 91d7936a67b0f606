"""What staff do at their desk, as short as tests want it."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import UserFactory
from events.models import Event
from moderation import casework, deciding, subjects
from moderation.models import Case, Decision, Reason, Report, Subject
from moderation.models.cases import Severity
from moderation.tests.factories import staff
from profiles.models import Profile
from profiles.tests.factories import ProfileFactory, PromptFactory

MODERATOR = ("work_case", "suspend_person")
LEAD = (*MODERATOR, "ban_person", "undo_decision", "decide_appeal")
# What staff see of the desk, to begin with.
VIEWS = ("view_case", "view_report", "view_decision", "view_appeal", "read_messages")
DAYS = {Decision.Kind.LIMIT: 7, Decision.Kind.SUSPEND: 7}


def lead() -> User:
    """Somebody who may decide everything."""
    return staff(*LEAD)


def dog(**fields: Any) -> Profile:
    """Somebody with three photos, a bio and two prompts, whose address is their own."""
    if "user" not in fields:
        fields["user"] = UserFactory(email_verified_at=timezone.now())
    profile = ProfileFactory(**{"photos": 3, "bio": "Never says no to a stick.", **fields})
    PromptFactory.create_batch(2, profile=profile)
    return profile


def an_old_dog() -> Profile:
    """One whose ban needs a second pair of eyes."""
    since = timezone.now() - timedelta(days=400)
    return dog(user=UserFactory(created_at=since, email_verified_at=since))


def subject_of(thing: Any) -> str:
    """What reports call a row of this kind."""
    return Subject(thing._meta.model_name)


@transaction.atomic
def case_of(thing: Any, *, reporter: User | None = None, reason: str = Reason.SPAM) -> Case:
    """The open case in which somebody has just reported this row."""
    subject = subject_of(thing)
    owner = subjects.KINDS[subject].owner(thing)
    place_id = None if owner else thing.pk
    casework.lock_people([owner and owner.pk])
    case = casework.open_case(about=owner, playground_id=place_id, severity=Severity.NORMAL)
    Report.objects.create(
        case=case,
        reporter=reporter or UserFactory(),
        subject_type=subject,
        subject_id=thing.pk,
        reason=reason,
    )
    casework.gather(case=case, severity=Severity.NORMAL, reports=1, weight=1)
    return case


def decided(thing: Any, kind: str, *, by: User | None = None, **fields: Any) -> Decision:
    """A decision of this kind in a case about a row; what is removed is the row itself."""
    if kind == Decision.Kind.REMOVE:
        fields.setdefault("subject", (subject_of(thing), thing.pk))
    return deciding.decide(
        case=fields.pop("case", None) or case_of(thing),
        by=by or lead(),
        kind=kind,
        reason=fields.pop("reason", Reason.SPAM),
        days=fields.pop("days", DAYS.get(kind)),
        **fields,
    )


def undone(decision: Decision, **fields: Any) -> bool:
    """Undo it, by somebody who may; says whether that changed anything."""
    return deciding.undo(decision=decision, by=lead(), reason="A mistake.", **fields)


def told(user: User) -> list[tuple[str, str]]:
    """What somebody's stream holds: each event's type and the id of what it is about."""
    return list(Event.objects.after(user.pk, 0).values_list("type", "data__id"))


def outcomes(case: Case) -> set[str]:
    """How the reports of a case ended."""
    return set(Report.objects.filter(case=case).values_list("outcome", flat=True))


def signed_in(user: User) -> Client:
    """A browser at which somebody has signed in to the admin."""
    client = Client()
    client.force_login(user)
    return client


def shown(answer: Any) -> str:
    """The page that was answered."""
    assert answer.status_code == 200
    return answer.content.decode()
