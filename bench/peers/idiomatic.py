"""FastAPI with SQLAlchemy and asyncpg, as one would write it from their documentation."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import joinedload

from bench.peers import queries
from bench.peers.cards import card, deck_item, message_out, own_profile, playground_out
from bench.peers.common import (
    POOL_SIZE,
    SERVER_SETTINGS,
    NotSignedIn,
    claims_of,
    next_page,
)
from bench.peers.models import (
    Conversation,
    Like,
    Message,
    Participant,
    Pass,
    Profile,
    Session,
    User,
)
from bench.peers.shapes import (
    ConversationOut,
    DeckItem,
    LikeInput,
    LikeOutcome,
    MessageInput,
    MessageOut,
    OwnProfile,
    Page,
    PlaygroundOut,
)
from bench.peers.telling import is_reachable, tell, wake

engine = create_async_engine(
    "postgresql+asyncpg://",  # asyncpg reads PGHOST and its kin
    pool_size=POOL_SIZE,
    max_overflow=0,
    connect_args={"server_settings": SERVER_SETTINGS},
)
sessions = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


async def database() -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


Database = Annotated[AsyncSession, Depends(database)]


async def signed_in(db: Database, authorization: Annotated[str, Header()] = "") -> User:
    try:
        claims = claims_of(authorization)
    except NotSignedIn as error:
        raise HTTPException(401) from error
    session = await db.scalar(
        select(Session)
        .options(joinedload(Session.user).joinedload(User.preferences))
        .where(
            Session.id == claims.session_id,
            Session.user_id == claims.user_id,
            Session.ended_at.is_(None),
            Session.expires_at > datetime.now(UTC),
        )
    )
    if session is None or not session.user.is_active:
        raise HTTPException(401)
    return session.user


SignedIn = Annotated[User, Depends(signed_in)]


async def own(db: Database, user: SignedIn) -> Profile:
    profile = await db.scalar(
        select(Profile).options(joinedload(Profile.user)).where(Profile.user_id == user.id)
    )
    if profile is None:
        raise HTTPException(409)
    now = datetime.now(UTC)
    if profile.last_active_at < now - timedelta(hours=1):
        profile.last_active_at = now
        await db.commit()
    return profile


Own = Annotated[Profile, Depends(own)]


def media(request: Request) -> str:
    return f"{request.base_url}media/"


def page(request: Request, rows: list[Any], shaped: list[Any], *last: object) -> dict:
    following = next_page(str(request.url), *last) if len(rows) > queries.LIMIT else None
    return {"next": following, "previous": None, "results": shaped}


@app.get("/api/v1/me/profile")
async def own_profile_view(request: Request, db: Database, user: SignedIn) -> OwnProfile:
    profile = await db.scalar(
        select(Profile).options(*queries.card_options()).where(Profile.user_id == user.id)
    )
    if profile is None:
        raise HTTPException(404)
    return own_profile(profile, media(request))


@app.get("/api/v1/deck")
async def deck(request: Request, db: Database, viewer: Own) -> Page[DeckItem]:
    if not viewer.is_complete:
        raise HTTPException(409)
    rows = (await db.execute(queries.deck_of(viewer))).all()
    shown = rows[: queries.LIMIT]
    shaped = [deck_item(row, viewer, media(request)) for row in shown]
    last = (shown[-1].score, shown[-1].tie_break) if shown else ()
    return Page[DeckItem].model_validate(page(request, rows, shaped, *last))


@app.get("/api/v1/conversations")
async def conversations(request: Request, db: Database, viewer: Own) -> Page[ConversationOut]:
    rows = (await db.execute(queries.conversations_of(viewer))).all()
    shown = rows[: queries.LIMIT]
    shaped = [conversation_out(row, viewer, media(request)) for row in shown]
    last = (shown[-1].Participant.updated_at, shown[-1].Participant.id) if shown else ()
    return Page[ConversationOut].model_validate(page(request, rows, shaped, *last))


def conversation_out(row: Any, viewer: Profile, media: str) -> ConversationOut:
    side, latest = row.Participant, row.Participant.last_message
    shown = card(side.other, row.metres, viewer, media)
    if side.closed_at or not side.other.user.is_active:
        hidden: dict[str, Any] = {"photos": [], "prompts": [], "favorite_playgrounds": []}
        shown = shown.model_copy(update={"bio": "", "distance": None, **hidden})
    is_shared = (
        side.closed_at is None
        and viewer.user.preferences.read_receipts
        and side.other.user.preferences.read_receipts
    )
    is_visible = latest is not None and latest.position > side.cleared_position
    return ConversationOut(
        id=side.conversation_id,
        match_id=side.match_id,
        profile=shown,
        last_message=message_out(latest) if is_visible else None,
        unread_count=side.unread_count,
        read_position=side.read_position,
        other_read_position=side.other_read_position if is_shared else None,
        other_delivered_position=side.other_delivered_position if is_shared else None,
        updated_at=side.updated_at,
        closed_at=side.closed_at,
    )


async def side_of(db: AsyncSession, viewer: Profile, conversation_id: UUID) -> Participant:
    side = await db.scalar(
        select(Participant).where(
            Participant.conversation_id == conversation_id, Participant.profile_id == viewer.id
        )
    )
    if side is None:
        raise HTTPException(404)
    return side


@app.get("/api/v1/conversations/{conversation_id}/messages")
async def messages(
    request: Request, db: Database, viewer: Own, conversation_id: UUID
) -> Page[MessageOut]:
    side = await side_of(db, viewer, conversation_id)
    rows = list(await db.scalars(queries.messages_of(side)))
    shown = rows[: queries.LIMIT]
    last = shown[-1].position if shown else None
    shaped = [message_out(row) for row in shown]
    return Page[MessageOut].model_validate(page(request, rows, shaped, last))


@app.get("/api/v1/playgrounds")
async def playgrounds(
    request: Request, db: Database, user: SignedIn, near: str
) -> Page[PlaygroundOut]:
    latitude, longitude = map(float, near.split(","))
    rows = (await db.execute(queries.playgrounds_near(user, latitude, longitude))).all()
    shown = rows[: queries.LIMIT]
    shaped = [playground_out(row) for row in shown]
    last = (shown[-1].distance_m, shown[-1].Playground.id) if shown else ()
    return Page[PlaygroundOut].model_validate(page(request, rows, shaped, *last))


@app.post("/api/v1/likes", status_code=201)
async def like(response: Response, db: Database, liker: Own, asked: LikeInput) -> LikeOutcome:
    ids = [liker.id, asked.profile_id]
    locked = select(Profile).where(Profile.id.in_(ids)).order_by(Profile.id)
    pair = await db.scalars(locked.with_for_update(key_share=True))
    liked = next((one for one in pair if one.id == asked.profile_id), None)
    if liked is None or liked.id == liker.id or not await is_reachable(db, liker, liked):
        raise HTTPException(404)
    passed = select(Pass).where(Pass.passer_id == liker.id, Pass.passed_id == liked.id)
    if (earlier_pass := await db.scalar(passed)) is not None:
        await db.delete(earlier_pass)
    given = select(Like).where(Like.liker_id == liker.id, Like.liked_id == liked.id)
    if await db.scalar(given) is not None:
        response.status_code = 200
        return LikeOutcome(match=None)
    returned = select(Like).where(Like.liker_id == liked.id, Like.liked_id == liker.id)
    if await db.scalar(returned) is not None:  # never in the measurement
        raise NotImplementedError
    row = Like(
        liker_id=liker.id, liked_id=liked.id, comment=asked.comment, created_at=datetime.now(UTC)
    )
    db.add(row)
    await db.flush()
    theirs = select(Pass).where(Pass.passer_id == liked.id, Pass.passed_id == liker.id)
    if await db.scalar(theirs) is None:
        data = {"id": str(row.id), "profile_id": str(liker.id)}
        await tell(db, {liked.user_id: ("like.received", data)})
    await db.commit()
    await wake(db, liked.user_id)
    return LikeOutcome(match=None)


@app.post("/api/v1/conversations/{conversation_id}/messages", status_code=201)
async def send(db: Database, sender: Own, conversation_id: UUID, asked: MessageInput) -> MessageOut:
    talk = await db.scalar(
        select(Conversation).where(Conversation.id == conversation_id).with_for_update()
    )
    sides = list(
        await db.scalars(
            select(Participant)
            .options(joinedload(Participant.profile))
            .where(Participant.conversation_id == conversation_id)
        )
    )
    if talk is None or talk.closed_at or sender.id not in {side.profile_id for side in sides}:
        raise HTTPException(409)
    talk.last_position += 1
    message = Message(
        conversation_id=talk.id,
        position=talk.last_position,
        sender_id=sender.id,
        client_id=asked.client_id,
        kind="text",
        body=asked.body,
        created_at=datetime.now(UTC),
        playground=None,
    )
    db.add(message)
    await db.flush()
    for side in sides:
        side.last_message_id = message.id
        side.updated_at, side.deleted_at = message.created_at, None
        side.unread_count += side.profile_id != sender.id
    await db.flush()
    data = {
        "id": str(message.id),
        "conversation_id": str(talk.id),
        "position": message.position,
        "sender_id": str(sender.id),
    }
    told = {
        side.profile.user_id: ("message.created", {**data, "unread_count": side.unread_count})
        for side in sides
    }
    await tell(db, told)
    await db.commit()
    await wake(db, *told)
    return message_out(message)
