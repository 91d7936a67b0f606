"""Nobody gets away from a decision by erasing the account: what they left with stays out meanwhile."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from moderation.models import Decision
from profiles.models import Photo
from screening import bans
from screening.models import BannedMark

Kind, State = Decision.Kind, Decision.State


def keep_out(*, person: User, decision: Decision, until: datetime | None = None) -> None:
    """Keep a person's address, devices and photos from coming back; without `until`, as for a ban.

    Undone by `screening.bans.unmark`. Harmless to repeat.
    """
    kinds = BannedMark.Kind
    marks: set[tuple[str, str | UUID | int | None]] = set()
    if _is_own_address(person, decision):
        marks.add((kinds.ADDRESS, person.email))
    devices = person.sessions.values_list("device_id", flat=True).distinct()
    installations = person.devices.values_list("installation_id", flat=True)
    marks |= {(kinds.DEVICE, each) for each in (*devices, *installations)}
    photos = Photo.objects.filter(profile__user=person)
    marks |= {(kinds.PHOTO, each) for each in photos.values_list("perceptual_hash", flat=True)}
    known = [(kind, value) for kind, value in marks if value is not None]
    bans.mark_all(known, decision_id=decision.pk, expires_at=until)


def _is_own_address(person: User, decision: Decision) -> bool:
    """Whether the address was shown to be the person's before they were decided about.

    Otherwise whoever registers somebody else's address, and misbehaves, would shut its owner out: also
    an owner who then took the account over by a mailed link, and erases it. Another address costs a
    banned person nothing; their devices and photos are known again.
    """
    verified_at = person.email_verified_at
    return verified_at is not None and verified_at <= decision.created_at


def mark_leaver(person: User) -> None:
    """Before an account goes: mark it for every decision that it would escape.

    A limit or suspension for as long as it would have lasted; a ban also while it is proposed, until
    it is declined. Called when the account itself goes, not the dog alone: whoever is only limited
    may make another profile, with the same photos, on the same telephone.
    """
    timed = Q(kind__in=(Kind.LIMIT, Kind.SUSPEND), state=State.IN_FORCE, until__gt=timezone.now())
    ban = Q(kind=Kind.BAN, state__in=(State.PROPOSED, State.IN_FORCE))
    for decision in Decision.objects.filter(timed | ban, person=person):
        keep_out(person=person, decision=decision, until=decision.until)
