"""What must be true after a ban: nothing more of that person, for anybody, on any way."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.faults.casts import Ban
from tests.faults.crowd import Actor, Call

# A push whose request was under way at the commit may still arrive.
UNDER_WAY_S = 1.0
# Who is banned has no sign-in left from before; who signs in again is told why.
REFUSALS = {(401, "session_ended"), (403, "account_banned")}
STAYS_OPEN = {"sign-in", "decisions"}


@dataclass
class Verdict:
    """Every promise that was broken, and what was under way."""

    faults: list[str] = field(default_factory=list)
    crossing_s: list[float] = field(default_factory=list)


def judge(connection: psycopg.Connection, pushes: Path, crowd: list[Actor], ban: Ban) -> Verdict:
    """Look at what is stored, what was answered and what was pushed."""
    target, *others = crowd
    verdict = Verdict()
    verdict.faults += _of_rows(connection, target, ban)
    verdict.faults += _of_the_banned(target, ban)
    for actor in others:
        verdict.faults += _of_others(actor, ban)
    _look_at_pushes(verdict, pushes_about(pushes, target), ban)
    return verdict


def _of_rows(connection: psycopg.Connection, target: Actor, ban: Ban) -> list[str]:
    """What is stored now was stored at the commit."""
    faults = []
    for name, sql, before in (
        ("message", "SELECT id::text FROM messaging_message WHERE sender_id = %s", ban.messages),
        ("like", "SELECT id::text FROM matching_like WHERE liker_id = %s", ban.likes),
    ):
        now = {row[0] for row in connection.execute(sql, [target.member.profile_id]).fetchall()}
        faults += [f"{name} {pk} came after the commit" for pk in now - set(before)]
    return faults


def _of_the_banned(target: Actor, ban: Ban) -> list[str]:
    faults = [
        f"the banned person's {call.kind} was answered {call.status} {call.code}"
        for call in target.calls
        if call.began > ban.committed and not _is_right(call)
    ]
    if not any(call.code == "account_banned" for call in target.calls):
        faults.append("nobody told the person that they are banned")
    faults += [f"a socket closed with {each.code}" for each in target.sockets if each.code != 4403]
    faults += [
        f"a poll ended with {each.code}" for each in target.polls if each.code != "session_ended"
    ]
    if any(each.at < ban.began for each in (*target.sockets, *target.polls)):
        faults.append("a socket or a poll ended before the ban")
    return faults


def _is_right(call: Call) -> bool:
    if call.kind in STAYS_OPEN:
        return call.is_done
    return (call.status, call.code) in REFUSALS


def _of_others(actor: Actor, ban: Ban) -> list[str]:
    after = [call for call in actor.calls if call.began > ban.committed]
    faults = [
        f"the banned person is in an answer ({call.kind}) {call.began - ban.committed:.3f} s after"
        for call in after
        if call.shows_target and call.kind in ("deck", "likes received", "card")
    ]
    faults += [
        f"{call.kind} was answered {call.status}" for call in actor.calls if call.status >= 500
    ]
    if actor.sockets:
        faults.append(f"somebody else's socket closed with {actor.sockets[0].code}")
    return faults


def pushes_about(pushes: Path, target: Actor) -> list[float]:
    """When the provider took those that tell of something that this person did."""
    # While it writes on, the last line may be half of one.
    whole = pushes.read_text().rpartition("\n")[0]
    rows = [json.loads(line) for line in whole.splitlines()]
    theirs = target.member.profile_id
    return [row["at"] for row in rows if row["data"].get("profile_id") == theirs]


def _look_at_pushes(verdict: Verdict, about: list[float], ban: Ban) -> None:
    for at in about:
        late_s = at - ban.committed
        if late_s > UNDER_WAY_S:
            verdict.faults.append(f"a push about the banned person {late_s:.2f} s after the commit")
        elif late_s > 0:
            verdict.crossing_s.append(late_s)
