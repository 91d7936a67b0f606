"""What a decision does, and what is there again once it is undone.

A person may be under several decisions at once. Undoing one leaves what the others say: of two
suspensions the longer one stays, and whoever is no longer banned may still be suspended.
"""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts import standing
from accounts.models import User
from moderation import content, departures, subjects
from moderation.models import Decision, Subject
from moderation.models.decisions import DecisionQuerySet
from screening import bans
from screening.models import BannedMark

Kind = Decision.Kind

# What a person's account says while such a decision is in force.
COLUMNS: dict[str, str] = {
    Kind.LIMIT: "limited_until",
    Kind.SUSPEND: "suspended_until",
    Kind.BAN: "banned_at",
}
# The words of what is removed; a prompt's question is everybody's.
WORDS: dict[str, tuple[str, ...]] = {
    Subject.PROFILE: ("bio",),
    Subject.PROMPT: ("answer",),
    Subject.MESSAGE: ("body",),
    Subject.PLAYGROUND: ("name", "description"),
    Subject.REVIEW: ("text",),
}


def apply(decision: Decision, person: User | None) -> dict[str, Any]:
    """Let a decision have its effect; says what undoing it needs to know."""
    if person and decision.kind in COLUMNS:
        return _restrict(decision, person)
    if person and decision.kind == Kind.DISMISS:
        return {"shown": content.release_noticed(decision)}
    names = _content_of(decision, person)
    held = {name: each for name in names if (each := content.hold(decision, name))}
    _mark(decision, list(held))
    return {"held": list(held.values())}


def _content_of(decision: Decision, person: User | None) -> list[content.Name]:
    if decision.subject_id:
        return [content.Name(decision.subject_type, decision.subject_id)]
    if person and decision.kind == Kind.HOLD_PHOTOS:
        return content.photos_of(person)
    return []


def lift(decision: Decision, person: User | None) -> None:
    """Take back what a decision did, and nothing else; what is gone meanwhile stays gone."""
    bans.unmark(decision_id=decision.pk)
    if person and decision.kind in COLUMNS:
        _unrestrict(decision, person)
    content.release(decision)
    content.hold_again(decision)


# --- How a person stands --------------------------------------------------------------------------


def _restrict(decision: Decision, person: User) -> dict[str, Any]:
    value: datetime | None = getattr(person, COLUMNS[decision.kind])
    before = {"otherwise": _otherwise(decision, value)}
    if decision.kind == Kind.BAN:
        standing.ban(user=person)
        departures.keep_out(person=person, decision=decision)
    elif decision.until is not None and (value is None or value < decision.until):
        _set_end(decision.kind, person, decision.until)
    return before


def _otherwise(decision: Decision, value: datetime | None) -> str | None:
    """How the person would stand without any decision that is in force."""
    others = list(_others(decision))
    is_decided = any(decision.kind == Kind.BAN or other.until == value for other in others)
    if not is_decided:
        return value.isoformat() if value else None
    known = [other.before.get("otherwise") for other in others]
    return max((each for each in known if each), default=None)


def _unrestrict(decision: Decision, person: User) -> None:
    """What remains is what other decisions say, or what was there before any of them."""
    otherwise = parse_datetime(decision.before.get("otherwise") or "")
    if decision.kind == Kind.BAN:
        if otherwise is None and not _others(decision).exists():
            standing.unban(user=person)
        return
    if getattr(person, COLUMNS[decision.kind]) != decision.until:
        return  # a longer one counts, or it is over
    ends = [otherwise, *(other.until for other in _others(decision))]
    ahead = [end for end in ends if end and end > timezone.now()]
    _set_end(decision.kind, person, max(ahead, default=None))


def _others(decision: Decision) -> DecisionQuerySet:
    """Other decisions of the kind that the person is under."""
    same = Decision.objects.in_force().filter(person=decision.person_id, kind=decision.kind)
    return same.filter(Q(until=None) | Q(until__gt=timezone.now())).exclude(pk=decision.pk)


def _set_end(kind: str, person: User, until: datetime | None) -> None:
    if kind == Kind.LIMIT:
        _ = standing.limit(user=person, until=until) if until else standing.unlimit(user=person)
    else:
        _ = standing.suspend(user=person, until=until) if until else standing.unsuspend(user=person)


# --- What is not to come back ---------------------------------------------------------------------


def _mark(decision: Decision, names: list[content.Name]) -> None:
    """Have whoever posts the same things again wait until staff have looked at them."""
    for thing in subjects.get_many(names).values():
        texts = [getattr(thing.row, field) or "" for field in WORDS.get(thing.type, ())]
        for text in filter(bans.is_telling, texts):
            bans.mark(kind=BannedMark.Kind.TEXT, value=text, decision_id=decision.pk)
        if thing.type == Subject.PHOTO and thing.row.perceptual_hash is not None:
            hash = thing.row.perceptual_hash
            bans.mark(kind=BannedMark.Kind.PHOTO, value=hash, decision_id=decision.pk)
