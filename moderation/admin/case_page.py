"""What stands on the page of a case."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from moderation import authority, history, lookalikes
from moderation.admin import evidence_shown
from moderation.admin.forms import DecisionForm
from moderation.admin.pages import may, staff
from moderation.deciding import needs_second_eyes
from moderation.history import History, Reported
from moderation.models import Case, Decision, Subject
from moderation.rules import RULES
from profiles.models import Profile
from pupmatch.lib.admin.reading import open_for_reading

# One key for each measure; shown beside it.
KEYS = {
    Decision.Kind.DISMISS: "d",
    Decision.Kind.WARN: "w",
    Decision.Kind.REMOVE: "x",
    Decision.Kind.HOLD_PHOTOS: "p",
    Decision.Kind.LIMIT: "l",
    Decision.Kind.SUSPEND: "s",
    Decision.Kind.BAN: "b",
}
# So many reports are shown with their evidence; the weightiest come first.
REPORTS = 12


def context(found: History, seen_at: datetime, request: HttpRequest) -> dict[str, Any]:
    """Everything that the template of a case shows; `seen_at` is when that was asked for."""
    by, case = staff(request), found.case
    sees_words = may(request, "work_case")
    reads = may(request, "read_messages")
    reports = history.reports_of(case)
    shown = evidence_shown.several(reports[:REPORTS], reads_messages=reads, sees_words=sees_words)
    if any(each["messages"] for each in shown):
        _note_reading(case, request)
    claim = _claim(case, by)
    return {
        **person(found.person, found.profile, sees_words=sees_words),
        "case": case,
        "found": found,
        "seen_at": seen_at.isoformat(),
        "claim": claim,
        "is_late": case.due_at < timezone.now(),
        "may_work": sees_words,
        "sees_words": sees_words,
        "reports": shown,
        "more_reports": max(0, case.report_count - REPORTS),
        "case_decisions": case.decisions_shown,  # type: ignore[attr-defined]  # history sets it
        "earlier_decisions": [row for row in found.decisions if row.case_id != case.pk],
        "lookalikes": lookalikes.of(case) if sees_words else [],
        **_deciding(found, reports, by, claim),
    }


def person(person: User | None, profile: Profile | None, *, sees_words: bool) -> dict[str, Any]:
    """Somebody as they are now."""
    if person is None:
        return {"person": None}
    return {
        "person": person,
        "profile": profile,
        "standing": _standing(person),
        "photos": profile.photos.all() if profile and sees_words else [],
        "words_today": _words(profile) if profile and sees_words else [],
    }


def name_of(person: User) -> str:
    """The dog's, or else the address."""
    profile = getattr(person, "profile", None)
    return profile.name if profile else person.email


def _note_reading(case: Case, request: HttpRequest) -> None:
    """Keep who read which private messages: the case is the reason."""
    with transaction.atomic():
        open_for_reading(request, case, reason=f"Evidence of {case}.")


def _claim(case: Case, by: User) -> str:
    now = timezone.now()
    if case.is_claimed_by_other(by, now):
        return "other"
    is_mine = case.claimed_by_id == by.pk and case.claimed_until and case.claimed_until > now
    return "mine" if is_mine else ""


def _deciding(found: History, reports: list[Reported], by: User, claim: str) -> dict[str, Any]:
    case = found.case
    allowed = authority.kinds_for(by, case.about)
    if case.closed_at or claim == "other" or not allowed:
        return {}
    removable = _removable(reports, found)
    ban_rule = "This ban takes effect at once."
    if case.about and needs_second_eyes(case.about):
        ban_rule = "This account is not a new one: somebody else has to confirm the ban."
    return {
        "form": DecisionForm(),
        "kinds": [
            {
                "value": kind.value,
                "label": kind.label,
                "key": key,
                "is_allowed": kind in allowed and (kind != Decision.Kind.REMOVE or bool(removable)),
            }
            for kind, key in KEYS.items()
        ],
        "first_reason": reports[0].report.reason if reports else "other",
        "removable": removable,
        "words": {str(reason): rule.told for reason, rule in RULES.items()},
        "ban_rule": ban_rule,
    }


def _removable(reports: list[Reported], found: History) -> list[tuple[str, str]]:
    """What was reported or noticed, then whatever else the profile shows; each once."""
    things = [each.thing for each in reports if each.thing]
    offered = {f"{thing.type}:{thing.row.pk}": thing.label for thing in things}
    noticed = {
        f"{row.subject_type}:{row.subject_id}": f"{row.subject_type} with {row.get_kind_display()}"
        for row in found.findings
        if row.subject_type in Subject.values
    }
    parts = _parts(found.profile) if found.profile else {}
    others = noticed | parts
    return [*offered.items(), *(each for each in others.items() if each[0] not in offered)]


def _parts(profile: Profile) -> dict[str, str]:
    bio = {f"profile:{profile.pk}": "the bio"} if profile.bio else {}
    photos = {f"photo:{row.pk}": f"photo {row.position + 1}" for row in profile.photos.all()}
    prompts = {f"prompt:{row.pk}": f"prompt: {row.question}" for row in profile.prompts.all()}
    return bio | photos | prompts


def _standing(person: User) -> list[str]:
    words = []
    if person.banned_at:
        words.append("banned")
    if person.suspended_until:
        words.append(f"suspended until {person.suspended_until:%-d %b %Y}")
    if person.is_limited and person.limited_until:
        words.append(f"limited until {person.limited_until:%-d %b %Y}")
    if not person.is_active and not words:
        words.append("deactivated")
    return words


def _words(profile: Profile) -> list[tuple[str, str]]:
    told = [profile.name, str(profile.breed or ""), evidence_shown.years(profile.age)]
    bio = profile.bio + ("\n(held)" if profile.bio_held_at else "")
    prompts = [
        (row.question, row.answer + ("\n(held)" if row.held_at else ""))
        for row in profile.prompts.all()
    ]
    words = [("Dog", ", ".join(filter(None, told))), ("Bio", bio), *prompts]
    return [(label, text) for label, text in words if text.strip()]
