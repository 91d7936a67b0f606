"""Whom the idiomatic peer tells of what happened, and who may be liked."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bench.peers import queries
from bench.peers.common import wakeup
from bench.peers.models import Event, Match, Profile, Stream, User


async def tell(db: AsyncSession, told: dict[UUID, tuple[str, dict]]) -> None:
    """Each one's stream goes on, under its row lock and in the order of ids, and gets its event."""
    numbered = insert(Stream).values(
        [{"user_id": user_id, "last_position": 1} for user_id in sorted(told)]
    )
    numbered = numbered.on_conflict_do_update(
        index_elements=[Stream.user_id], set_={"last_position": Stream.last_position + 1}
    ).returning(Stream.user_id, Stream.last_position)
    for user_id, position in (await db.execute(numbered)).all():
        type, data = told[user_id]
        now = datetime.now(UTC)
        db.add(Event(stream_id=user_id, position=position, type=type, data=data, at=now))


async def wake(db: AsyncSession, *user_ids: UUID) -> None:
    await db.execute(
        text("SELECT pg_notify('pupmatch_wakeups', :word)"), {"word": wakeup(*user_ids)}
    )
    await db.commit()


async def is_reachable(db: AsyncSession, viewer: Profile, other: Profile) -> bool:
    low, high = sorted([viewer.id, other.id])
    match = select(Match.id).where(
        Match.low_id == low, Match.high_id == high, Match.ended_at.is_(None)
    )
    allowed = select(User.id).where(
        User.id == other.user_id,
        User.is_active,
        User.id.not_in(queries.blocked_around(viewer.user_id)),
    )
    if await db.scalar(allowed) is None:
        return False
    is_listed = other.is_complete and other.paused_at is None
    return is_listed or await db.scalar(match) is not None
