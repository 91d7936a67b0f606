"""Looking at photos before, or soon after, others see them."""

from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from events.publishing import recorded
from moderation import authority, casework, content, deciding
from moderation.models import Reason, Subject
from profiles import holding
from profiles.models import Photo
from pupmatch.lib import audit
from screening.models import Finding

# What may be wrong with a photo.
REASONS = (
    Reason.NOT_A_DOG,
    Reason.FAKE,
    Reason.ANIMAL_CRUELTY,
    Reason.UNDERAGE,
    Reason.HARASSMENT,
    Reason.SPAM,
    Reason.OTHER,
)


def waiting() -> QuerySet[Photo]:
    """Those that nobody of staff has looked at, the oldest first.

    Without those that look like a banned one: they are decided in the case that has them.
    """
    banned = Finding.objects.filter(kind=Finding.Kind.BANNED_PHOTO, subject_id=OuterRef("pk"))
    rows = Photo.objects.filter(~Exists(banned), reviewed_at=None)
    return rows.select_related("profile").order_by("created_at", "id")


def waiting_for(by: User) -> QuerySet[Photo]:
    """The same without one's own, which are for others to look at."""
    return waiting().exclude(profile__user=by)


@recorded()
def review(*, seen: set[UUID], held: set[UUID], reason: str, by: User) -> tuple[int, int]:
    """Approve what was seen and not marked, and remove what was marked, each by a decision.

    What somebody else reviewed meanwhile is left as they left it, and one's own to others. Says how
    many were approved and removed. Raises NotAllowed.
    """
    authority.check(by, "review_photos", None)
    rows = waiting_for(by).filter(pk__in=seen).select_related("profile__user")
    # Everybody at once, in the order in which others lock them.
    casework.lock_people(rows.values_list("profile__user", flat=True))
    chosen: dict[bool, list[Photo]] = {True: [], False: []}
    for photo in rows.order_by("profile", "position"):
        chosen[photo.pk in held].append(photo)
    approved = [photo for photo in chosen[False] if _approve(photo, by)]
    removed = [photo for photo in chosen[True] if _remove(photo, reason, by)]
    return len(approved), len(removed)


def _approve(photo: Photo, by: User) -> bool:
    if not holding.mark_reviewed(photo=photo):
        return False
    if not content.is_held_by_decision(photo):
        holding.release_photo(photo=photo)
    audit.record(by=by, action="photo.approve", subject=photo)
    return True


def _remove(photo: Photo, reason: str, by: User) -> bool:
    if not holding.mark_reviewed(photo=photo):
        return False
    subject = (Subject.PHOTO, photo.pk)
    deciding.remove_at_sight(person=photo.profile.user, by=by, reason=reason, subject=subject)
    return True
