"""The product's tables as SQLAlchemy would have them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from geoalchemy2 import Geography
from sqlalchemy import Computed, DateTime, ForeignKey, String
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from bench.peers.common import uuid7

TABLES = {
    "User": "accounts_user", "Session": "accounts_session", "Block": "accounts_block",
    "Preferences": "profiles_preferences", "Breed": "profiles_breed", "Photo": "profiles_photo",
    "Prompt": "profiles_prompt", "Profile": "profiles_profile",
    "Playground": "playgrounds_playground", "Favorite": "playgrounds_favorite",
    "Like": "matching_like", "Pass": "matching_pass", "Match": "matching_match",
    "Conversation": "messaging_conversation", "Participant": "messaging_participant",
    "Message": "messaging_message", "Stream": "events_stream", "Event": "events_event",
}  # fmt: skip


class Base(DeclarativeBase):
    type_annotation_map = {
        datetime: DateTime(timezone=True),
        list[str]: ARRAY(String),
        dict[str, Any]: JSONB,
    }

    def __init_subclass__(cls, **kwargs: Any) -> None:
        cls.__tablename__ = TABLES[cls.__name__]
        super().__init_subclass__(**kwargs)


def key() -> Mapped[UUID]:
    return mapped_column(primary_key=True, default=uuid7)


def to(table: str) -> Mapped[UUID]:
    return mapped_column(ForeignKey(f"{TABLES[table]}.{'user_id' if table == 'Stream' else 'id'}"))


class User(Base):
    id: Mapped[UUID] = key()
    email: Mapped[str]
    is_active: Mapped[bool]
    preferences: Mapped["Preferences"] = relationship()
    profile: Mapped["Profile"] = relationship(back_populates="user")
    favorites: Mapped[list["Favorite"]] = relationship(order_by="Favorite.id.desc()")


class Session(Base):
    id: Mapped[UUID] = key()
    user_id: Mapped[UUID] = to("User")
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    user: Mapped[User] = relationship()


class Block(Base):
    id: Mapped[UUID] = key()
    blocker_id: Mapped[UUID] = to("User")
    blocked_id: Mapped[UUID] = to("User")


class Preferences(Base):
    user_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_user.id"), primary_key=True)
    min_age: Mapped[int]
    max_age: Mapped[int]
    max_distance: Mapped[Decimal]
    distance_unit: Mapped[str]
    activity_level: Mapped[int | None]
    read_receipts: Mapped[bool]


class Breed(Base):
    id: Mapped[UUID] = key()
    name: Mapped[str]


class Photo(Base):
    id: Mapped[UUID] = key()
    profile_id: Mapped[UUID] = to("Profile")
    position: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    byte_size: Mapped[int]
    thumbhash: Mapped[str]
    small: Mapped[str]
    medium: Mapped[str]
    large: Mapped[str]
    held_at: Mapped[datetime | None]


class Prompt(Base):
    id: Mapped[UUID] = key()
    profile_id: Mapped[UUID] = to("Profile")
    position: Mapped[int]
    question: Mapped[str]
    answer: Mapped[str]
    held_at: Mapped[datetime | None]


class Profile(Base):
    id: Mapped[UUID] = key()
    user_id: Mapped[UUID] = to("User")
    name: Mapped[str]
    birth_date: Mapped[date]
    bio: Mapped[str]
    breed_id: Mapped[UUID | None] = to("Breed")
    sex: Mapped[str | None]
    size: Mapped[str | None]
    activity_level: Mapped[int]
    temperament: Mapped[list[str]]
    play_styles: Mapped[list[str]]
    neutered: Mapped[bool | None]
    good_with_small_dogs: Mapped[bool | None]
    good_with_children: Mapped[bool | None]
    location: Mapped[Any] = mapped_column(Geography("POINT", srid=4326))
    previous_location: Mapped[Any] = mapped_column(Geography("POINT", srid=4326))
    location_shows_at: Mapped[datetime | None]
    photo_count: Mapped[int]
    bio_held_at: Mapped[datetime | None]
    verified_until: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    last_active_at: Mapped[datetime]
    is_complete: Mapped[bool] = mapped_column(Computed("", persisted=True))
    user: Mapped[User] = relationship(back_populates="profile")
    breed: Mapped[Breed | None] = relationship()
    photos: Mapped[list[Photo]] = relationship(order_by=Photo.position)
    prompts: Mapped[list[Prompt]] = relationship(order_by=Prompt.position)


class Playground(Base):
    id: Mapped[UUID] = key()
    name: Mapped[str]
    description: Mapped[str]
    place: Mapped[str]
    location: Mapped[Any] = mapped_column(Geography("POINT", srid=4326))
    features: Mapped[list[str]]
    created_by_id: Mapped[UUID | None] = to("User")
    held_at: Mapped[datetime | None]
    reviews_count: Mapped[int]
    stars_total: Mapped[int]
    source: Mapped[str]
    attribution: Mapped[str]
    created_at: Mapped[datetime]


class Favorite(Base):
    id: Mapped[UUID] = key()
    user_id: Mapped[UUID] = to("User")
    playground_id: Mapped[UUID] = to("Playground")
    playground: Mapped[Playground] = relationship()


class Like(Base):
    id: Mapped[UUID] = key()
    liker_id: Mapped[UUID] = to("Profile")
    liked_id: Mapped[UUID] = to("Profile")
    comment: Mapped[str]
    created_at: Mapped[datetime]


class Pass(Base):
    id: Mapped[UUID] = key()
    passer_id: Mapped[UUID] = to("Profile")
    passed_id: Mapped[UUID] = to("Profile")


class Match(Base):
    id: Mapped[UUID] = key()
    low_id: Mapped[UUID] = to("Profile")
    high_id: Mapped[UUID] = to("Profile")
    ended_at: Mapped[datetime | None]


class Conversation(Base):
    id: Mapped[UUID] = key()
    last_position: Mapped[int]
    closed_at: Mapped[datetime | None]


class Participant(Base):
    id: Mapped[UUID] = key()
    conversation_id: Mapped[UUID] = to("Conversation")
    profile_id: Mapped[UUID] = to("Profile")
    other_id: Mapped[UUID] = to("Profile")
    read_position: Mapped[int]
    delivered_position: Mapped[int]
    cleared_position: Mapped[int]
    other_read_position: Mapped[int]
    other_delivered_position: Mapped[int]
    unread_count: Mapped[int]
    match_id: Mapped[UUID | None]
    last_message_id: Mapped[UUID | None] = to("Message")
    deleted_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]
    last_message: Mapped["Message | None"] = relationship()
    profile: Mapped[Profile] = relationship(foreign_keys=[profile_id])
    other: Mapped[Profile] = relationship(foreign_keys=[other_id])


class Message(Base):
    id: Mapped[UUID] = key()
    conversation_id: Mapped[UUID] = to("Conversation")
    position: Mapped[int]
    sender_id: Mapped[UUID] = to("Profile")
    client_id: Mapped[UUID]
    kind: Mapped[str]
    body: Mapped[str | None]
    playground_id: Mapped[UUID | None] = to("Playground")
    reply_to_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    held_at: Mapped[datetime | None]
    playground: Mapped[Playground | None] = relationship()


class Stream(Base):
    user_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_user.id"), primary_key=True)
    last_position: Mapped[int]
    acknowledged_position: Mapped[int] = mapped_column(default=0)
    wants_notifications: Mapped[bool] = mapped_column(default=False)


class Event(Base):
    stream_id: Mapped[UUID] = mapped_column(ForeignKey("events_stream.user_id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str]
    data: Mapped[dict[str, Any]]
    at: Mapped[datetime]
