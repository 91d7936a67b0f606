"""Frames of the socket as docs/access.md says, on a real process: who is heard, and by whom."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from websockets.exceptions import InvalidStatus

from accounts import standing
from accounts.models import Session, User
from matching import services as matching
from matching.tests.factories import matched
from moderation import blocking
from profiles.models import Profile
from profiles.tests.factories import ProfileFactory
from realtime.frames import FIELDS
from realtime.models import Ticket
from realtime.tests.conftest import phone, process, realtime, transactional_db  # noqa: F401
from realtime.tests.machinery import Phone, Process, ticket_for
from realtime.tests.streams import sign_in
from tests.access.table import COLUMNS, doors_table, frames_table

TABLE, DOORS = frames_table(), doors_table()
NEVER_SENT = 10**6


class Talks:
    """The owner, and everybody who may or may not tell her that they are there."""

    def __init__(self) -> None:
        self.owner = ProfileFactory()
        names = ("matched", "limited", "former", "blocked", "blocker")
        self.people = {
            name: ProfileFactory() for name in (*names, "stranger", "refused", "refuser")
        }
        self.talks = {name: self._talk(self.people[name]) for name in names}
        standing.limit(user=self.people["limited"].user, until=timezone.now() + timedelta(days=1))
        matching.unmatch(match=self.matches["former"], by=self.owner)
        for name in ("blocked", "refused"):
            blocking.block(blocker=self.owner.user, blocked=self.people[name])
        for name in ("blocker", "refuser"):
            blocking.block(blocker=self.people[name].user, blocked=self.owner)

    def _talk(self, other: Profile) -> str:
        self.matches = getattr(self, "matches", {})
        match = matched(self.owner, other)
        name = next(name for name, each in self.people.items() if each == other)
        self.matches[name] = match
        return str(match.conversation_id)

    def about(self, name: str) -> str:
        """The conversation that they have or had with her, or hers with somebody else."""
        return self.talks.get(name, self.talks["matched"])


def callers() -> Iterator[tuple[str, int, str]]:
    """Each caller with their column and their place in it; who is limited is matched besides."""
    for column in TABLE["typing"].outcomes:
        for place, name in enumerate(COLUMNS[column]):
            yield column, place, name


@pytest.fixture
def talks(realtime: Process) -> Talks:  # noqa: F811
    return Talks()


def frame(kind: str, talk: str) -> dict[str, Any]:
    return {
        "ping": {}, "ack": {"position": NEVER_SENT},
        "typing": {"conversation_id": talk}, "presence": {"conversation_id": talk},
    }[kind]  # fmt: skip


def answers(mine: Phone) -> list[dict]:
    """What has come to somebody by now, but for events."""
    mine.say("the end of it")
    heard = [mine.hear()]
    while heard[-1].get("code") != "unknown_type":
        heard.append(mine.hear())
    return [one for one in heard[:-1] if "position" not in one]


def test_every_type_of_frame_has_a_row():
    assert set(TABLE) == set(FIELDS)


@pytest.mark.parametrize("kind", FIELDS)
def test_frames_reach_whom_the_table_says(
    kind: str,
    talks: Talks,
    phone: Callable[..., Phone],  # noqa: F811
):
    hers, bystander = phone(talks.owner.user), phone(ProfileFactory().user)
    phones = {name: phone(talks.people[name].user) for _, _, name in callers()}
    for each in (hers, bystander, *phones.values()):
        each.hear_until("ready")
    heard, answered = [], {}
    for column, place, name in callers():
        outcome = TABLE[kind].outcomes[column][place]
        phones[name].say(kind, **frame(kind, talks.about(name)))
        heard += [talks.about(name)] if outcome == "heard" else []
        answered[name] = {"–": [], "heard": []}.get(outcome, [outcome])
    told = [hers.hear() for _ in heard]
    for one in told:
        assert tuple(one) == TABLE[kind].fields
    assert [one["conversation_id"] for one in sorted(told, key=str)] == sorted(heard)
    assert hers.is_quiet(1)
    for name, mine in phones.items():
        said = [one.get("code") or one["type"] for one in answers(mine)]
        assert said == answered[name], name
    assert answers(bystander) == []


# Who gets in -------------------------------------------------------------------------------------


def _used(user: User, process: Process) -> str:  # noqa: F811
    ticket = ticket_for(user)
    mine = Phone(process, ticket)
    mine.hear_until("ready")
    mine.close()
    return ticket


def _old(user: User) -> str:
    ticket = ticket_for(user)
    Ticket.objects.update(expires_at=timezone.now())
    return ticket


def _ended(user: User) -> str:
    session = sign_in(user).session
    ticket = ticket_for(user, session)
    standing.end_session(session=Session.objects.get(pk=session.pk))
    return ticket


def _banned(user: User) -> str:
    ticket = ticket_for(user)
    standing.ban(user=user)
    return ticket


def ways(process: Process) -> dict[str, Callable[[User], dict[str, Any]]]:  # noqa: F811
    """What each row's connection comes with; a good ticket unless it says another."""
    ours = f"http://{process.host}"
    return {
        "a ticket and no `Origin`, as apps do": lambda user: {},
        "a page of ours": lambda user: {"origin": ours},
        "no subprotocol": lambda user: {"subprotocols": None},
        "another subprotocol": lambda user: {"subprotocols": ["evil.v1"]},
        "a page of another site": lambda user: {"origin": "https://evil.example"},
        "a page whose address begins with ours": lambda user: {"origin": f"{ours}.evil.example"},
        "the origin of no page, `null`": lambda user: {"origin": "null"},
        "no ticket": lambda user: {"ticket": ""},
        "a ticket that was used": lambda user: {"ticket": _used(user, process)},
        "a ticket of more than 30 seconds": lambda user: {"ticket": _old(user)},
        "an access token in its place": lambda user: {"ticket": sign_in(user).access},
        "a ticket whose sign-in has ended": lambda user: {"ticket": _ended(user)},
        "a ticket of somebody who was banned since": lambda user: {"ticket": _banned(user)},
    }


def test_nobody_else_gets_in(realtime: Process):  # noqa: F811
    found = {}
    for name, way in ways(realtime).items():
        user = ProfileFactory().user
        options = way(user)
        ticket = options.pop("ticket", None)
        found[name] = _answer(realtime, ticket_for(user) if ticket is None else ticket, options)
    assert found == DOORS


def _answer(process: Process, ticket: str, options: dict[str, Any]) -> str:  # noqa: F811
    try:
        mine = Phone(process, ticket, **options)
    except InvalidStatus as refused:
        code = refused.response.body.decode().partition('"code":"')[2].partition('"')[0]
        return f"{refused.response.status_code} {code}"
    try:
        first = mine.hear()
        if first["type"] == "ready":
            return "open"
        return f"{mine.closing()[1]} {first['code']}"
    finally:
        mine.close()
