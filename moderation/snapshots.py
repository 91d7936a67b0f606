"""What was reported, as it stands at this moment, with what is around it: the content of evidence."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from messaging import former
from messaging.models import Message
from moderation.models import Subject
from moderation.subjects import Thing
from playgrounds.models import Playground, Review
from profiles.models import Photo, Profile, Prompt

# How many messages before and after the reported one.
AROUND = 10

Content = dict[str, Any]


def snapshot(thing: Thing) -> Content:
    """Everything that whoever judges a report of it needs to see, as JSON.

    `subject`: the thing; `profile`: its owner's, whole, or None; `messages`: those around a
    reported message; `people`: the names of everybody in those by the ids of their profiles.
    """
    profile = profile_of(thing)
    messages = around(thing.row) if thing.type == Subject.MESSAGE else []
    return {
        "subject": {"type": thing.type, **_subject(thing, messages)},
        "profile": _profile(profile) if profile else None,
        "messages": messages,
        "people": _names(thing, profile),
        **_place(thing),
    }


def profile_of(thing: Thing) -> Profile | None:
    """The profile of whoever answers for it, if they have one."""
    if thing.type == Subject.PROFILE:
        return thing.row
    if thing.type in (Subject.PHOTO, Subject.PROMPT):
        return thing.row.profile
    if thing.type == Subject.MESSAGE:
        return thing.row.sender
    return Profile.objects.select_related("breed").filter(user=thing.owner).first()


def _subject(thing: Thing, messages: list[Content]) -> Content:
    if thing.type == Subject.MESSAGE:
        return next(message for message in messages if message["is_subject"])
    return SHAPES[thing.type](thing.row)


def _names(thing: Thing, profile: Profile | None) -> dict[str, str]:
    people = [profile] if profile else []
    if thing.type == Subject.MESSAGE:
        talk = thing.row.conversation
        people += [talk.low, talk.high]
    return {str(person.pk): person.name for person in people}


def _place(thing: Thing) -> Content:
    if thing.type == Subject.PLAYGROUND:
        return {"playground": _playground(thing.row)}
    if thing.type == Subject.REVIEW:
        return {"review": _review(thing.row), "playground": _playground(thing.row.playground)}
    return {}


# --- People ---------------------------------------------------------------------------------------


def _profile(profile: Profile) -> Content:
    """Without the place: it says nothing about what somebody did."""
    as_they_are = (
        "name", "bio", "sex", "size", "activity_level", "temperament", "play_styles", "neutered",
        "good_with_small_dogs", "good_with_children", "created_at", "paused_at",
        "bio_held_at", "verified_until",
    )  # fmt: skip
    return {
        "id": profile.pk,
        "age": profile.age,
        "breed": profile.breed.name if profile.breed else None,
        **{name: getattr(profile, name) for name in as_they_are},
        "prompts": [_prompt(prompt) for prompt in profile.prompts.all()],
        "photos": [_photo(photo) for photo in profile.photos.all()],
    }


def _photo(photo: Photo) -> Content:
    return {
        "id": photo.pk,
        "position": photo.position,
        "width": photo.width,
        "height": photo.height,
        "created_at": photo.created_at,
        "held_at": photo.held_at,
        "files": {name: getattr(photo, name).name for name in ("small", "medium", "large")},
    }


def _prompt(prompt: Prompt) -> Content:
    return {
        "id": prompt.pk,
        "position": prompt.position,
        "question": prompt.question,
        "answer": prompt.answer,
        "held_at": prompt.held_at,
    }


# --- Messages -------------------------------------------------------------------------------------


def around(message: Message) -> list[Content]:
    """A message among those before and after it, with what any of them said before it was changed."""
    nearby = Message.objects.filter(
        conversation=message.conversation_id,
        position__range=(message.position - AROUND, message.position + AROUND),
    )
    rows = list(nearby.select_related("playground").order_by("position"))
    # Read after the messages: of a change meanwhile, one of the two has the words.
    said_before = former.recall(row.pk for row in rows)
    return [_message(row, message.pk, said_before.get(row.pk, [])) for row in rows]


def _message(message: Message, subject_id: UUID, said_before: list[dict]) -> Content:
    as_they_are = (
        "position", "sender_id", "kind", "body", "created_at", "edited_at", "deleted_at", "held_at",
    )  # fmt: skip
    place = message.playground
    return {
        "id": message.pk,
        **{name: getattr(message, name) for name in as_they_are},
        "playground": {"id": place.pk, "name": place.name} if place else None,
        "former": said_before,
        "is_subject": message.pk == subject_id,
    }


# --- Places ---------------------------------------------------------------------------------------


def _playground(playground: Playground) -> Content:
    return {
        "id": playground.pk,
        "name": playground.name,
        "description": playground.description,
        "place": playground.place,
        "features": playground.features,
        "source": playground.source,
        "location": {"latitude": playground.location.y, "longitude": playground.location.x},
        "created_at": playground.created_at,
        "held_at": playground.held_at,
    }


def _review(review: Review) -> Content:
    return {
        "id": review.pk,
        "stars": review.stars,
        "text": review.text,
        "created_at": review.created_at,
        "held_at": review.held_at,
    }


def _of_profile(profile: Profile) -> Content:
    return {"id": profile.pk, "name": profile.name, "bio": profile.bio}


SHAPES: dict[str, Callable[[Any], Content]] = {
    Subject.PROFILE: _of_profile,
    Subject.PHOTO: _photo,
    Subject.PROMPT: _prompt,
    Subject.PLAYGROUND: _playground,
    Subject.REVIEW: _review,
}
