"""The mails about decisions: statements of reasons, what became of appeals, decisions taken back.

A statement says what article 17 of the EU's Digital Services Act (Regulation 2022/2065) asks for:
what was done, where and for how long, on which facts, by whom and with which help of software, by
which rule, and how to object. It quotes nothing and names nobody: reporters stay unknown, and an
address that nobody has verified may be a stranger's.
"""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from moderation.appeals import APPEALABLE
from moderation.models import Appeal, Case, Decision, Subject
from moderation.rules import RULES
from screening.models import Finding

Kind, State = Decision.Kind, Decision.State

SUBJECTS = {
    Kind.WARN: "A warning about your PupMatch account",
    Kind.REMOVE: "We have taken something of yours off PupMatch",
    Kind.HOLD_PHOTOS: "We have hidden your photos on PupMatch",
    Kind.LIMIT: "Your PupMatch account is limited",
    Kind.SUSPEND: "Your PupMatch account is suspended",
    Kind.BAN: "Your PupMatch account is banned",
}
THINGS = {
    Subject.PROFILE: "what your profile says",
    Subject.PHOTO: "a photo of your profile",
    Subject.PROMPT: "a question and answer of your profile",
    Subject.MESSAGE: "a message that you wrote",
    Subject.PLAYGROUND: "a playground that you added",
    Subject.REVIEW: "a review that you wrote",
}


def about(decision: Decision) -> EmailMessage | None:
    """What a person is told about a decision as it is now; nothing without an address."""
    if decision.person is None or decision.kind == Kind.DISMISS:
        return None
    appeal = Appeal.objects.filter(decision=decision).first()
    subject, template = SUBJECTS[Kind(decision.kind)], "statement"
    if decision.state == State.UNDONE:
        subject, template = "We have taken a decision about you back", "undone"
    elif appeal is not None and appeal.outcome == Appeal.Outcome.UPHELD:
        subject, template = "Our answer to your appeal", "upheld"
    body = render_to_string(f"moderation/{template}.txt", _context(decision, appeal))
    return EmailMessage(subject, body, to=[decision.person.email])


def _context(decision: Decision, appeal: Appeal | None) -> dict[str, object]:
    case = decision.case
    return {
        "decision": decision,
        "appeal": appeal,
        "rule": RULES[decision.reason],
        "thing": THINGS.get(Subject(decision.subject_type)) if decision.subject_type else None,
        "facts": _facts(case),
        "was_reported": case.report_count > 0,
        "was_noticed": case.finding_count > 0,
        "is_barred": decision.kind in (Kind.SUSPEND, Kind.BAN),
        "appealable_until": decision.in_force_at and decision.in_force_at + APPEALABLE,
        "app_url": settings.APP_URL,
    }


def _facts(case: Case) -> list[str]:
    """What staff had before them, by kind."""
    reported = set(case.reports.values_list("subject_type", flat=True))
    noticed = Finding.objects.filter(user=case.about_id, gathered_at__gte=case.opened_at)
    types = reported | set(noticed.values_list("subject_type", flat=True))
    return [THINGS[each] for each in Subject if each in types]
