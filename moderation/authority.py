"""Which member of staff may do what, and to whom."""

from accounts.models import User
from moderation.models import Decision
from pupmatch.lib.problems import Forbidden

Kind = Decision.Kind

NEEDED: dict[str, str] = {
    Kind.DISMISS: "work_case",
    Kind.WARN: "work_case",
    Kind.REMOVE: "work_case",
    Kind.HOLD_PHOTOS: "work_case",
    Kind.LIMIT: "work_case",
    Kind.SUSPEND: "suspend_person",
    Kind.BAN: "ban_person",
}


class NotAllowed(Forbidden):
    """Not with this role, or not about this person."""

    default_detail = "Your role does not include this."


def may(by: User, permission: str) -> bool:
    """Whether a member of staff has one of the permissions of `Case`."""
    return by.is_staff and by.has_perm(f"moderation.{permission}")


def check(by: User, permission: str, person: User | None) -> None:
    """Raises NotAllowed: without the permission, about oneself, and about other staff.

    Superusers decide about staff, but nobody about themselves.
    """
    if not may(by, permission):
        raise NotAllowed
    if person is not None and person.pk == by.pk:
        raise NotAllowed("Nobody decides about themselves.")
    if person is not None and person.is_staff and not by.is_superuser:
        raise NotAllowed("Only superusers decide about staff.")


def kinds_for(by: User, person: User | None) -> list[Kind]:
    """What somebody may decide about a person, or (None) about what is nobody's."""
    return [kind for kind in Kind if _may_decide(by, kind, person)]


def _may_decide(by: User, kind: Kind, person: User | None) -> bool:
    try:
        check(by, NEEDED[kind], person)
    except NotAllowed:
        return False
    return person is not None or kind in (Kind.DISMISS, Kind.REMOVE)
