"""Having looked at what people put into a profile, and since when it is held for that.

Call these in the transaction that writes it. What is the same as before has been looked at; staff
may have shown it since.
"""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from profiles.models import Photo, Profile, Prompt
from screening.bans import is_banned_photo
from screening.models import Finding, Response
from screening.services import look_at_text, record


def look_at_name(profile: Profile, name: str) -> None:
    """A dog cannot be without a name: staff are told, and it is shown."""
    look_at_text(
        user_id=profile.user_id,
        subject_type="profile",
        subject_id=profile.pk,
        texts=[name],
        place="profile",
        can_hold=False,
    )


def look_at_bio(profile: Profile, bio: str) -> datetime | None:
    """Since when this bio is held."""
    response = bio and look_at_text(
        user_id=profile.user_id,
        subject_type="profile",
        subject_id=profile.pk,
        texts=[bio],
        place="profile",
    )
    return timezone.now() if response == Response.HOLD else None


def look_at_prompt(prompt: Prompt, user_id: UUID) -> datetime | None:
    """Since when this prompt is held."""
    response = look_at_text(
        user_id=user_id,
        subject_type="prompt",
        subject_id=prompt.pk,
        texts=[prompt.question, prompt.answer],
        place="profile",
    )
    return timezone.now() if response == Response.HOLD else None


def look_at_photo(photo: Photo, user_id: UUID) -> datetime | None:
    """Since when this photo is held: it looks like one that was banned."""
    if not is_banned_photo(photo.perceptual_hash):
        return None
    record(
        user_id=user_id,
        kind=Finding.Kind.BANNED_PHOTO,
        response=Response.HOLD,
        subject_type="photo",
        subject_id=photo.pk,
    )
    return timezone.now()
