"""The queries of the idiomatic peer."""

import hashlib
import hmac
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Float, Integer, Numeric, Select, String, and_, case, cast, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from bench.peers.cards import METRES, age_on
from bench.peers.common import SECRET_KEY
from bench.peers.models import (
    Block,
    Favorite,
    Like,
    Message,
    Participant,
    Pass,
    Playground,
    Preferences,
    Profile,
    User,
)

LIMIT = 20


def card_options() -> list[ORMOption]:
    """Everything that a card shows, in a fixed number of queries."""
    return [
        joinedload(Profile.breed),
        selectinload(Profile.photos),
        selectinload(Profile.prompts),
        joinedload(Profile.user).selectinload(User.favorites).joinedload(Favorite.playground),
    ]


def other_options(other: Any) -> list[ORMOption]:
    """The same of the other side of a conversation, and what they prefer."""
    start = contains_eager(Participant.other.of_type(other))
    user = start.joinedload(other.user)
    return [
        start.joinedload(other.breed),
        start.selectinload(other.photos),
        start.selectinload(other.prompts),
        user.selectinload(User.favorites).joinedload(Favorite.playground),
        user.joinedload(User.preferences),
    ]


def shown_location(profile: Any) -> Any:
    """The place that others see at the moment."""
    shows = profile.location_shows_at <= func.now()
    return case((shows, profile.location), else_=profile.previous_location)


def conversations_of(viewer: Profile) -> Select:
    other = aliased(Profile)
    metres = func.ST_Distance(shown_location(other), viewer.location)
    return (
        select(Participant, metres.label("metres"))
        .join(other, Participant.other)
        .where(Participant.profile_id == viewer.id, Participant.deleted_at.is_(None))
        .order_by(Participant.updated_at.desc(), Participant.id.desc())
        .limit(LIMIT + 1)
        .options(
            joinedload(Participant.last_message).joinedload(Message.playground),
            *other_options(other),
        )
    )


def messages_of(side: Participant) -> Select:
    return (
        select(Message)
        .where(
            Message.conversation_id == side.conversation_id,
            Message.position > side.cleared_position,
        )
        .order_by(Message.position.desc())
        .limit(LIMIT + 1)
        .options(joinedload(Message.playground))
    )


def playgrounds_near(user: User, latitude: float, longitude: float) -> Select:
    here = func.geography(func.ST_SetSRID(func.ST_MakePoint(longitude, latitude), 4326))
    metres = func.ST_Distance(Playground.location, here)
    favorites = select(Favorite.id).where(Favorite.playground_id == Playground.id)
    counted = select(func.count()).where(Favorite.playground_id == Playground.id)
    return (
        select(
            Playground,
            metres.label("distance_m"),
            favorites.where(Favorite.user_id == user.id).exists().label("is_favorite"),
            counted.scalar_subquery().label("favorites_count"),
        )
        .where(
            func.ST_DWithin(Playground.location, here, 5000),
            or_(Playground.held_at.is_(None), Playground.created_by_id == user.id),
        )
        .order_by("distance_m", Playground.id)
        .limit(LIMIT + 1)
    )


def blocked_around(user_id: Any) -> Any:
    made = select(Block.blocked_id).where(Block.blocker_id == user_id)
    return made.union_all(select(Block.blocker_id).where(Block.blocked_id == user_id))


def years_before(years: int) -> date:
    today = datetime.now(UTC).date()
    try:
        return today.replace(year=today.year - years)
    except ValueError:
        return today.replace(year=today.year - years, day=28)


def candidates(viewer: Profile) -> list[Any]:
    """The conditions that a dog in the deck meets."""
    wishes = viewer.user.preferences
    radius = float(wishes.max_distance) * METRES[wishes.distance_unit]
    age = min(20, age_on(viewer.birth_date, datetime.now(UTC).date()))
    conditions = [
        Profile.is_complete,
        Profile.paused_at.is_(None),
        User.is_active,
        Profile.user_id != viewer.user_id,
        or_(
            and_(
                Profile.location_shows_at <= func.now(),
                func.ST_DWithin(Profile.location, viewer.location, radius),
            ),
            and_(
                Profile.location_shows_at > func.now(),
                func.ST_DWithin(Profile.previous_location, viewer.location, radius),
            ),
        ),
        Profile.birth_date <= years_before(wishes.min_age),
        Preferences.min_age <= age,
        Preferences.max_age >= age,
        Profile.id.not_in(select(Like.liked_id).where(Like.liker_id == viewer.id)),
        Profile.id.not_in(select(Pass.passed_id).where(Pass.passer_id == viewer.id)),
        Profile.id.not_in(select(Pass.passer_id).where(Pass.passed_id == viewer.id)),
        Profile.user_id.not_in(blocked_around(viewer.user_id)),
    ]
    if wishes.max_age < 20:
        conditions.append(Profile.birth_date > years_before(wishes.max_age + 1))
    return conditions


def points(expression: Any) -> Any:
    return cast(expression, Numeric(4, 1))


def deck_of(viewer: Profile) -> Select:
    """Every candidate scored, the best first."""
    wishes = viewer.user.preferences
    wanted = viewer.activity_level if wishes.activity_level is None else wishes.activity_level
    metres = func.ST_Distance(shown_location(Profile), viewer.location)
    days = func.abs(cast(Profile.birth_date - viewer.birth_date, Integer))
    today = datetime.now(UTC).date()
    idle = today - func.date(func.timezone("UTC", Profile.last_active_at))
    fans = select(Like.liker_id).where(Like.liked_id == viewer.id)
    parts = {
        "distance": points(30 * func.exp(-metres / 8000.0)),
        "age": points(20 * func.greatest(0, 1 - cast(days, Float) / 1826.0)),
        "activity_level": points(
            20 * (1 - cast(func.abs(Profile.activity_level - wanted), Float) / 2.0)
        ),
        "recency": points(15 * func.exp(-cast(func.greatest(0, cast(idle, Integer)), Float) / 3.0)),
        "mutual_interest": points(case((Profile.id.in_(fans), 15), else_=0)),
    }
    salt = hmac.new(SECRET_KEY.encode(), viewer.id.bytes, hashlib.sha256).hexdigest()
    tie_break = func.md5(func.concat(salt, cast(Profile.id, String)))
    score = sum(parts.values())
    return (
        select(
            Profile,
            metres.label("metres"),
            *(part.label(name) for name, part in parts.items()),
            score.label("score"),
            tie_break.label("tie_break"),
        )
        .join(User, User.id == Profile.user_id)
        .join(Preferences, Preferences.user_id == User.id)
        .where(*candidates(viewer))
        .order_by(score.desc(), tie_break)
        .limit(LIMIT + 1)
        .options(
            selectinload(Profile.breed),
            selectinload(Profile.photos),
            selectinload(Profile.prompts),
            selectinload(Profile.user).selectinload(User.favorites).joinedload(Favorite.playground),
        )
    )
