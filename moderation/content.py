"""Content that decisions take away and give back.

What a decision holds stands in its `before`: the thing, the moment since which it is held, and
whether it would be held without any decision (by screening, or before a photo was reviewed).
"""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q
from django.utils.dateparse import parse_datetime

from accounts.models import User
from moderation import subjects
from moderation.models import Case, Decision, Report, Subject
from playgrounds.models import Playground
from profiles import holding
from profiles.models import Photo
from pupmatch.lib.jobs import enqueue
from screening.models import Finding, Response

Held = dict[str, Any]

# What everybody sees of a person, and staff beside each report about them.
SHOWN = (Subject.PROFILE, Subject.PHOTO, Subject.PROMPT)


class Name(NamedTuple):
    """What a thing is called in reports."""

    type: str
    id: UUID


def is_of_case(name: Name, case: Case, person: User | None) -> bool:
    """Whether a case is about this thing: reported in it, noticed by screening, or part of the profile."""
    if case.reports.filter(subject_type=name.type, subject_id=name.id).exists():
        return True
    if person is None:
        return False
    if name.type not in subjects.KINDS:
        return False
    if person.findings.filter(subject_type=name.type, subject_id=name.id).exists():
        return True
    thing = _thing(name) if name.type in SHOWN else None
    return thing is not None and thing.owner == person


def _thing(name: Name) -> subjects.Thing | None:
    return subjects.get(subject_type=name.type, subject_id=name.id)


def photos_of(person: User) -> list[Name]:
    """All photos of a person's profile."""
    rows = Photo.objects.filter(profile__user=person).order_by("position")
    return [Name(Subject.PHOTO, pk) for pk in rows.values_list("pk", flat=True)]


# --- Held by decisions ----------------------------------------------------------------------------


def hold(decision: Decision, name: Name) -> Held | None:
    """Hold a thing for a decision that is being made; says so for its `before`.

    None when nothing is there to hold. The caller has locked the person, if there is one.
    """
    _lock_place(name)
    thing = _thing(name)
    if thing is None:
        return None
    is_new = subjects.hold(thing)
    if name.type == Subject.PHOTO:
        # Nobody needs to look at it once more, and nobody shows it again by approving it.
        holding.mark_reviewed(photo=thing.row)
    since = _held_at(name)
    if since is None:
        return None  # an empty bio, for one
    held = {"type": name.type, "id": str(name.id), "held_at": since}
    others = [_record(other, held) for other in _also_held_by(decision, held)]
    otherwise = any(other["otherwise"] for other in others) if others else not is_new
    return {**held, "otherwise": otherwise}


def release(decision: Decision) -> None:
    """Show again what a decision alone held, as far as it is still that which is held."""
    for record in decision.before.get("held", []):
        name = Name(record["type"], UUID(record["id"]))
        held = {key: record[key] for key in ("type", "id", "held_at")}
        _lock_place(name)
        if record["otherwise"] or _held_at(name) != record["held_at"]:
            continue  # held for another reason, written anew, or gone
        if not _also_held_by(decision, held):
            _release(name)


def _lock_place(name: Name) -> None:
    """Let decisions about a place that is nobody's wait for each other; they share no person."""
    if name.type == Subject.PLAYGROUND:
        Playground.objects.select_for_update(no_key=True).filter(pk=name.id).first()


def _release(name: Name) -> bool:
    thing = _thing(name)
    return thing is not None and subjects.release(thing)


def _held_at(name: Name) -> str | None:
    kind = subjects.KINDS[name.type]
    rows = kind.rows().filter(pk=name.id).values_list(kind.held_field, flat=True)
    since: datetime | None = rows.first()
    return since.isoformat() if since else None


def _also_held_by(decision: Decision, held: Held) -> list[Decision]:
    """Other decisions in force that hold the same thing since the same moment."""
    reported = Report.objects.filter(subject_type=held["type"], subject_id=held["id"])
    concerned = Q(person=None, case__in=reported.values("case"))
    if decision.person_id:
        concerned |= Q(person=decision.person_id)
    others = Decision.objects.in_force().filter(concerned, before__held__contains=[held])
    return list(others.exclude(pk=decision.pk))


def _record(decision: Decision, held: Held) -> Held:
    records: list[Held] = decision.before["held"]
    return next(each for each in records if held.items() <= each.items())


def is_held_by_decision(photo: Photo) -> bool:
    """Whether a decision in force is what keeps a photo from being shown."""
    held = [{"type": Subject.PHOTO, "id": str(photo.pk)}]
    decisions = Decision.objects.in_force().filter(person=photo.profile.user_id)
    return decisions.filter(before__held__contains=held).exists()


# --- Held by screening ----------------------------------------------------------------------------


def release_noticed(decision: Decision) -> list[dict[str, str]]:
    """Show what screening held until staff had looked, now that they see nothing wrong in it.

    What was written after `seen_at` in the decision's `before`, and held anew, they have not seen:
    it stays held, and is taken up by a case of its own.
    """
    seen_at = parse_datetime(decision.before.get("seen_at") or "")
    if seen_at:
        _notice_again(decision, seen_at)
    found = Finding.objects.filter(
        user=decision.person_id,
        response=Response.HOLD,
        gathered_at__gte=decision.case.opened_at,
    )
    names = {Name(*each) for each in found.values_list("subject_type", "subject_id")}
    return [
        {"type": name.type, "id": str(name.id)}
        for name in sorted(names)
        if _is_held_by_itself(name, decision, seen_at) and _release(name)
    ]


def hold_again(decision: Decision) -> None:
    """Hold what was shown because of a decision to do nothing, until staff have looked again."""
    for record in decision.before.get("shown", []):
        thing = _thing(Name(record["type"], UUID(record["id"])))
        if thing is not None:
            subjects.hold(thing)


def _is_held_by_itself(name: Name, decision: Decision, seen_at: datetime | None) -> bool:
    if name.type not in subjects.KINDS:
        return False
    since = _held_at(name)
    if since is None or (seen_at and datetime.fromisoformat(since) > seen_at):
        return False
    held = {"type": name.type, "id": str(name.id), "held_at": since}
    return not _also_held_by(decision, held)


def _notice_again(decision: Decision, seen_at: datetime) -> None:
    """Let what was noticed after staff had opened the page wait for them once more."""
    later = Finding.objects.filter(user=decision.person_id, created_at__gt=seen_at)
    if later.update(gathered_at=None):
        enqueue("moderation.tasks.gather_findings")
