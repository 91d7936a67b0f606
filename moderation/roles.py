"""The roles of staff, each a group: which permissions it has.

A migration gives them to the groups; whoever changes this table adds one. What the permissions come
to, page by page, is in docs/moderation.md. Staff accounts and groups are for superusers, whatever
a role says (`accounts.admin.users`).
"""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What the groups are called."""

    MODERATOR = "Moderator"
    LEAD = "Lead"
    ANALYST = "Analyst"
    ADMIN = "Admin"


def _each(verbs: str, models: Mapping[str, str]) -> frozenset[str]:
    """The permissions for each of the verbs on each of the models, by room."""
    return frozenset(
        f"{room}.{verb}_{model}"
        for room, names in models.items()
        for model in names.split()
        for verb in verbs.split()
    )


# Figures and how cases end; nobody's words, and nobody by name beyond what a case is about.
ANALYST = _each(
    "view",
    {
        "moderation": "case report decision appeal",
        "screening": "term",
        "playgrounds": "playground",
        "profiles": "breed",
    },
) | {"moderation.export_figures"}

MODERATOR = _each(
    "view",
    {
        "accounts": "user session authenticationattempt block",
        "profiles": "profile photo prompt breed",
        "playgrounds": "playground review",
        "matching": "match like",
        "messaging": "conversation message",
        "notifications": "device",
        "verification": "verification",
        "screening": "term finding bannedmark",
        "lib": "limitedcaller",
        "moderation": "case note report evidence evidencefile decision appeal",
    },
) | {
    "moderation.work_case",
    "moderation.suspend_person",
    "moderation.read_messages",
    "moderation.review_photos",
    "verification.decide_verification",
}

LEAD = (
    MODERATOR
    | _each("add change delete", {"screening": "term"})
    | {
        "moderation.ban_person",
        "moderation.undo_decision",
        "moderation.decide_appeal",
        "moderation.export_figures",
        "lib.view_auditentry",
        "lib.change_limitedcaller",
    }
)

ADMIN = (
    LEAD
    | _each(
        "view",
        {
            "accounts": "refreshtokenrecord",
            "profiles": "preferences locationmove",
            "playgrounds": "favorite",
            "matching": "pass deck",
            "messaging": "participant",
            "events": "stream",
            "notifications": "notification pushattempt delivery notificationpreferences outage",
            "lib": "job jobfailure requestcounter idempotentanswer discardedfile heldfile",
            "exports": "export",
        },
    )
    | _each("add", {"accounts": "user", "profiles": "breed", "playgrounds": "playground"})
    | _each(
        "change",
        {
            "accounts": "user session",
            "profiles": "profile prompt breed",
            "playgrounds": "playground",
            "lib": "job",
        },
    )
    | _each(
        "delete",
        {
            "accounts": "user",
            "profiles": "profile photo prompt breed",
            "playgrounds": "playground",
        },
    )
)

PERMISSIONS: Mapping[Role, frozenset[str]] = {
    Role.MODERATOR: MODERATOR,
    Role.LEAD: LEAD,
    Role.ANALYST: ANALYST,
    Role.ADMIN: ADMIN,
}
