"""From rows to shapes."""

import math
from datetime import UTC, date, datetime
from typing import Any

from geoalchemy2.elements import WKBElement
from geoalchemy2.shape import to_shape

from bench.peers.models import Message, Photo, Playground, Profile, Prompt
from bench.peers.shapes import (
    Card,
    Compatibility,
    DeckItem,
    Distance,
    MessageOut,
    OwnPhotoOut,
    OwnProfile,
    OwnPromptOut,
    Part,
    PhotoOut,
    Place,
    PlaygroundOut,
    Point,
    PromptOut,
    Renditions,
)

METRES = {"miles": 1609.344, "kilometers": 1000.0}
ABBREVIATIONS = {"miles": "mi", "kilometers": "km"}
LEVELS = ("low", "medium", "high")


def point(location: WKBElement) -> Point:
    shape = to_shape(location)
    return Point(latitude=round(shape.y, 7), longitude=round(shape.x, 7))


def age_on(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def place_out(row: Playground) -> Place:
    return Place(id=row.id, name=row.name, place=row.place, location=point(row.location))


def playground_out(found: Any) -> PlaygroundOut:
    row: Playground = found.Playground
    stars = row.stars_total / row.reviews_count if row.reviews_count else None
    return PlaygroundOut(
        **place_out(row).model_dump(exclude={"location"}),
        description=row.description,
        location=point(row.location),
        features=row.features,
        distance_m=round(found.distance_m, 2),
        is_favorite=found.is_favorite,
        favorites_count=found.favorites_count,
        stars=stars and round(stars, 1),
        reviews_count=row.reviews_count,
        is_held=row.held_at is not None,
        source=row.source,
        attribution=row.attribution,
        created_at=row.created_at,
    )


def description(row: Profile) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "age": age_on(row.birth_date, datetime.now(UTC).date()),
        "breed": row.breed.name if row.breed else None,
        "sex": row.sex,
        "size": row.size,
        "activity_level": LEVELS[row.activity_level],
        "temperament": row.temperament,
        "play_styles": row.play_styles,
        "neutered": row.neutered,
        "good_with_small_dogs": row.good_with_small_dogs,
        "good_with_children": row.good_with_children,
        "is_verified": row.verified_until is not None and row.verified_until > datetime.now(UTC),
        "favorite_playgrounds": [
            place_out(one.playground) for one in row.user.favorites if not one.playground.held_at
        ],
    }


def picture(photo: Photo, position: int, media: str) -> dict[str, Any]:
    return {
        "id": photo.id,
        "position": position,
        "width": photo.width,
        "height": photo.height,
        "byte_size": photo.byte_size,
        "thumbhash": photo.thumbhash,
        "renditions": Renditions(
            small=media + photo.small,
            medium=media + photo.medium,
            large=media + photo.large,
        ),
    }


def words(prompt: Prompt) -> dict[str, Any]:
    return {"id": prompt.id, "question": prompt.question, "answer": prompt.answer}


def own_profile(row: Profile, media: str) -> OwnProfile:
    lacks = {"photos": row.photo_count < 2, "location": row.location is None}
    return OwnProfile(
        **description(row),
        bio=row.bio,
        photos=[
            OwnPhotoOut(**picture(one, one.position, media), is_held=one.held_at is not None)
            for one in row.photos
        ],
        prompts=[
            OwnPromptOut(**words(one), is_held=one.held_at is not None) for one in row.prompts
        ],
        is_bio_held=row.bio_held_at is not None,
        verified_until=row.verified_until,
        birth_date=row.birth_date,
        location=point(row.location) if row.location is not None else None,
        is_complete=row.is_complete,
        missing=[name for name, is_missing in lacks.items() if is_missing],
        is_paused=row.paused_at is not None,
    )


def spoken(metres: float, unit: str) -> Distance:
    value = max(2, math.ceil(metres / METRES[unit]))
    return Distance(value=value, unit=unit, text=f"within {value} {ABBREVIATIONS[unit]}")


def card(row: Profile, metres: float | None, viewer: Profile, media: str) -> Card:
    unit = viewer.user.preferences.distance_unit
    distance = None if metres is None else spoken(metres, unit)
    shown = [one for one in row.photos if one.held_at is None]
    return Card(
        **description(row),
        bio="" if row.bio_held_at else row.bio,
        photos=[PhotoOut(**picture(one, place, media)) for place, one in enumerate(shown)],
        prompts=[PromptOut(**words(one)) for one in row.prompts if one.held_at is None],
        distance=distance,
    )


def message_out(row: Message) -> MessageOut:
    place = row.playground
    return MessageOut(
        id=row.id,
        conversation_id=row.conversation_id,
        client_id=row.client_id,
        position=row.position,
        sender_id=row.sender_id,
        kind=row.kind,
        body=None if row.held_at else row.body,
        playground=place_out(place) if place and not (row.held_at or place.held_at) else None,
        reply_to=row.reply_to_id,
        created_at=row.created_at,
        edited_at=row.edited_at,
        deleted_at=row.deleted_at,
        held_at=row.held_at,
    )


def deck_item(found: Any, viewer: Profile, media: str) -> DeckItem:
    row, preferences = found.Profile, viewer.user.preferences
    wanted = viewer.activity_level
    if preferences.activity_level is not None:
        wanted = preferences.activity_level
    distance = spoken(found.metres, preferences.distance_unit)
    texts = {
        "distance": distance.text.capitalize(),
        "age": age_text(abs((row.birth_date - viewer.birth_date).days) / 365.25),
        "activity_level": activity_text(row, wanted, preferences.activity_level is not None),
        "recency": recency_text((datetime.now(UTC).date() - row.last_active_at.date()).days),
        "mutual_interest": "Likes you already"
        if found.mutual_interest
        else "Has not decided about you",
    }
    parts = [
        Part(name=name, points=float(getattr(found, name)), text=text)
        for name, text in texts.items()
    ]
    return DeckItem(
        profile=card(row, found.metres, viewer, media),
        distance=distance,
        compatibility=Compatibility(score=float(found.score), parts=parts),
    )


def age_text(years: float) -> str:
    if years < 0.5:
        return "Nearly the same age"
    return "About a year apart" if years < 1.5 else f"About {round(years)} years apart"


def activity_text(row: Profile, wanted: int, is_chosen: bool) -> str:
    level = LEVELS[row.activity_level].capitalize()
    if row.activity_level == wanted:
        return f"{level} energy, {'as you prefer' if is_chosen else 'like your dog'}"
    return f"{level} energy, {'you prefer' if is_chosen else 'your dog has'} {LEVELS[wanted]}"


def recency_text(days: int) -> str:
    if days < 7:
        return "Active this week" if days else "Active today"
    return "Active this month" if days < 30 else "Not seen for a while"
