"""What is asked of the servers: the hot endpoints, on behalf of the people in bench.viewer."""

import itertools
import json
import random
import uuid
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.db import connection

from accounts.models import Session
from accounts.tokens import issue_pair
from bench.load import request

# Of a hundred that read: an ordinary day of the town.
MIX = {"random": 80, "dense": 15, "heavy 1k": 2, "heavy 5k": 2, "heavy 20k": 1}
BODY = "Hello Biscuit! Shall we meet at the park at five, by the old oak?"
LIKES_EACH = 1500

Make = Callable[[], bytes | None]


class Viewer(NamedTuple):
    """Somebody who asks."""

    role: str
    profile_id: uuid.UUID
    user_id: uuid.UUID
    token: str
    latitude: float
    longitude: float


def rows(sql: str, values: list | None = None) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


def viewers() -> list[Viewer]:
    """Everybody of bench.viewer, signed in."""
    found = rows("""
        SELECT role, profile_id, v.user_id, session_id, st_y(location::geometry), st_x(location::geometry)
        FROM bench.viewer v JOIN profiles_profile p ON p.id = profile_id ORDER BY role, number""")
    sessions = Session.objects.select_related("user").in_bulk([row[3] for row in found])
    return [
        Viewer(role, profile, user, issue_pair(sessions[session]).access, latitude, longitude)
        for role, profile, user, session, latitude, longitude in found
    ]


class Endpoint(NamedTuple):
    """One of the hot ones: what it is called, and requests for it."""

    title: str
    requests: list[bytes] | None
    make: Make


def repeat(asked: list[bytes]) -> Make:
    """These, again and again."""
    return itertools.cycle(asked).__next__


class Asking:
    """Requests for each endpoint; reads repeat, writes never do."""

    def __init__(self, seed: int = 42, *, with_likes: bool = True) -> None:
        self.random = random.Random(seed)
        self.viewers = viewers()
        self.by_role: dict[str, list[Viewer]] = {}
        for viewer in self.viewers:
            self.by_role.setdefault(viewer.role, []).append(viewer)
        self.likes = self._likes() if with_likes else iter(())

    def endpoints(self) -> list[Endpoint]:
        """The seven."""
        mixed, talkers = self._mixed(), self.talkers()
        reads = {
            "GET /me/profile": [self._get("me/profile", one) for one in mixed],
            "GET /deck": [self._get("deck", one) for one in mixed],
            "GET /conversations": [self._get("conversations", one) for one, _ in talkers],
            "GET …/messages": [
                self._get(f"conversations/{talk}/messages?order=desc", one) for one, talk in talkers
            ],
            "GET /playgrounds": [
                self._get(f"playgrounds?near={one.latitude},{one.longitude}", one) for one in mixed
            ],
        }
        found = [Endpoint(title, asked, repeat(asked)) for title, asked in reads.items()]
        return [
            *found,
            Endpoint("POST /likes", None, self.next_like),
            Endpoint("POST …/messages", None, self.sender(talkers)),
        ]

    def _get(self, path: str, viewer: Viewer) -> bytes:
        return request("GET", f"/api/v1/{path}", viewer.token)

    def _mixed(self) -> list[Viewer]:
        roles = {role: weight for role, weight in MIX.items() if role in self.by_role}
        chosen = self.random.choices(list(roles), list(roles.values()), k=200)
        return [self.random.choice(self.by_role[role]) for role in chosen]

    def talkers(self) -> list[tuple[Viewer, uuid.UUID]]:
        """People with conversations, each with some of theirs."""
        by_profile = {viewer.profile_id: viewer for viewer in self.viewers}
        found = rows(
            """
            SELECT profile_id, conversation_id FROM (
                SELECT *, row_number() OVER (PARTITION BY profile_id ORDER BY conversation_id) AS n
                FROM messaging_participant WHERE profile_id = ANY(%s)) side WHERE n <= 4""",
            [list(by_profile)],
        )
        talkers = [(by_profile[profile], talk) for profile, talk in sorted(found)]
        self.random.shuffle(talkers)
        return talkers

    # --- Writes -----------------------------------------------------------------------------------

    def _likes(self) -> Iterator[tuple[Viewer, uuid.UUID]]:
        """Pairs that have not decided on each other."""
        likers = self.by_role["dense"] + self.by_role.get("fresh", [])
        pairs = []
        for viewer in likers:
            found = rows(
                """
                SELECT p.id FROM profiles_profile p JOIN accounts_user u ON u.id = p.user_id
                WHERE st_dwithin(location, (SELECT location FROM profiles_profile WHERE id = %(me)s), 20000)
                  AND p.id <> %(me)s AND is_complete AND paused_at IS NULL AND u.is_active
                  AND p.id NOT IN (SELECT profile_id FROM bench.viewer)
                  AND p.id NOT IN (SELECT liked_id FROM matching_like WHERE liker_id = %(me)s)
                  AND p.id NOT IN (SELECT liker_id FROM matching_like WHERE liked_id = %(me)s)
                  AND p.id NOT IN (SELECT passed_id FROM matching_pass WHERE passer_id = %(me)s)
                  AND p.id NOT IN (SELECT passer_id FROM matching_pass WHERE passed_id = %(me)s)
                  AND p.user_id NOT IN (SELECT blocked_id FROM accounts_block WHERE blocker_id = %(user)s)
                  AND p.user_id NOT IN (SELECT blocker_id FROM accounts_block WHERE blocked_id = %(user)s)
                ORDER BY md5(p.id::text || %(me)s::text) LIMIT %(limit)s""",
                {"me": viewer.profile_id, "user": viewer.user_id, "limit": LIKES_EACH},  # type: ignore[arg-type]
            )
            pairs += [(viewer, whom) for (whom,) in found]
        self.random.shuffle(pairs)
        return iter(pairs)

    def next_like(self) -> bytes | None:
        viewer, whom = next(self.likes, (None, None))
        return like(viewer, whom) if viewer else None

    def sender(self, talkers: list[tuple[Viewer, uuid.UUID]]) -> Make:
        turns = itertools.cycle(talkers)
        return lambda: message(*next(turns))


def like(viewer: Viewer, whom: Any) -> bytes:
    body = json.dumps({"profile_id": str(whom)}).encode()
    return request("POST", "/api/v1/likes", viewer.token, body)


def message(viewer: Viewer, talk: uuid.UUID) -> bytes:
    body = json.dumps({"client_id": str(uuid.uuid4()), "body": BODY}).encode()
    return request("POST", f"/api/v1/conversations/{talk}/messages", viewer.token, body)


def refresh() -> None:
    """Everybody who asks is here just now, and nobody's deck is older than that."""
    rows(
        "UPDATE profiles_profile SET last_active_at = now() WHERE id IN (SELECT profile_id FROM bench.viewer)"
    )
    if rows("SELECT to_regclass('matching_deck') IS NOT NULL")[0][0]:
        rows("DELETE FROM matching_deck")


def clean(since: Any) -> None:
    """Take away what was written since a moment, so that the next run finds what this one found."""
    rows("SET statement_timeout = 0")
    rows(
        "DELETE FROM matching_like WHERE created_at >= %s AND liker_id IN (SELECT profile_id FROM bench.viewer)",
        [since],
    )
    rows("DELETE FROM events_event WHERE at >= %s", [since])
    rows(
        """
        WITH gone AS (
            DELETE FROM messaging_message WHERE created_at >= %s AND conversation_id IN (
                SELECT conversation_id FROM messaging_participant
                WHERE profile_id IN (SELECT profile_id FROM bench.viewer))
            RETURNING conversation_id
        ), counted AS (SELECT conversation_id, count(*) AS number FROM gone GROUP BY 1), back AS (
            UPDATE messaging_conversation c SET last_position = last_position - number
            FROM counted WHERE c.id = conversation_id RETURNING c.id
        )
        UPDATE messaging_participant side SET unread_count = 0, last_message_id = (
            SELECT m.id FROM messaging_message m JOIN messaging_conversation c ON c.id = m.conversation_id
            LEFT JOIN counted ON counted.conversation_id = c.id
            WHERE c.id = side.conversation_id AND m.position = c.last_position - number)
        WHERE conversation_id IN (SELECT id FROM back)""",
        [since],
    )  # fmt: skip
