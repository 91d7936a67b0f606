"""What is answered, as pydantic models."""

from datetime import date, datetime
from typing import Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel

Item = TypeVar("Item")


class Point(BaseModel):
    latitude: float
    longitude: float


class Place(BaseModel):
    id: UUID
    name: str
    place: str
    location: Point


class Renditions(BaseModel):
    small: str
    medium: str
    large: str


class PhotoOut(BaseModel):
    id: UUID
    position: int
    width: int
    height: int
    byte_size: int
    thumbhash: str
    renditions: Renditions


class OwnPhotoOut(PhotoOut):
    is_held: bool


class PromptOut(BaseModel):
    id: UUID
    question: str
    answer: str


class OwnPromptOut(PromptOut):
    is_held: bool


class Description(BaseModel):
    id: UUID
    name: str
    age: int
    bio: str
    breed: str | None
    sex: str | None
    size: str | None
    activity_level: str
    temperament: list[str]
    play_styles: list[str]
    neutered: bool | None
    good_with_small_dogs: bool | None
    good_with_children: bool | None
    is_verified: bool
    favorite_playgrounds: list[Place]


class OwnProfile(Description):
    photos: list[OwnPhotoOut]
    prompts: list[OwnPromptOut]
    birth_date: date
    is_bio_held: bool
    verified_until: datetime | None
    location: Point | None
    is_complete: bool
    missing: list[str]
    is_paused: bool


class Distance(BaseModel):
    value: int
    unit: str
    text: str


class Card(Description):
    photos: list[PhotoOut]
    prompts: list[PromptOut]
    distance: Distance | None


class Part(BaseModel):
    name: str
    points: float
    text: str


class Compatibility(BaseModel):
    score: float
    parts: list[Part]


class DeckItem(BaseModel):
    profile: Card
    distance: Distance
    compatibility: Compatibility


class MessageOut(BaseModel):
    id: UUID
    conversation_id: UUID
    client_id: UUID
    position: int
    sender_id: UUID
    kind: str
    body: str | None
    playground: Place | None
    reply_to: UUID | None
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    held_at: datetime | None


class ConversationOut(BaseModel):
    id: UUID
    match_id: UUID
    profile: Card
    last_message: MessageOut | None
    unread_count: int
    read_position: int
    other_read_position: int | None
    other_delivered_position: int | None
    updated_at: datetime
    closed_at: datetime | None


class PlaygroundOut(BaseModel):
    id: UUID
    name: str
    description: str
    place: str
    location: Point
    features: list[str]
    distance_m: float | None
    is_favorite: bool
    favorites_count: int
    stars: float | None
    reviews_count: int
    is_held: bool
    source: str
    attribution: str
    created_at: datetime


class Page(BaseModel, Generic[Item]):
    next: str | None
    previous: str | None
    results: list[Item]


class LikeInput(BaseModel):
    profile_id: UUID
    comment: str = ""


class MatchOut(BaseModel):
    id: UUID
    profile: Card
    conversation_id: UUID
    created_at: datetime


class LikeOutcome(BaseModel):
    match: MatchOut | None


class MessageInput(BaseModel):
    client_id: UUID
    body: str
