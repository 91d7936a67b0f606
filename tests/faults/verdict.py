"""What must be true after any number of kills: nothing lost, nothing doubled, nothing out of order."""

import json
from collections import Counter
from pathlib import Path

import psycopg

from tests.faults.people import Person


def verdict(connection: psycopg.Connection, people: list[Person], pushes: Path) -> list[str]:
    """Every way in which the town's promises were broken; empty when all were kept."""
    faults: list[str] = []
    stored = _stored(connection)
    for person in people:
        faults += _of_sender(person, stored)
        faults += _of_listener(connection, person)
    faults += _of_positions(connection)
    faults += _of_pushes(connection, pushes)
    return faults


def _stored(connection: psycopg.Connection) -> dict[str, tuple[str, int]]:
    """client_id → sender and position, of every message there is."""
    rows = connection.execute(
        "SELECT client_id::text, sender_id::text, position FROM messaging_message"
    ).fetchall()
    return {client_id: (sender, position) for client_id, sender, position in rows}


def _of_sender(person: Person, stored: dict[str, tuple[str, int]]) -> list[str]:
    faults = [
        f"acknowledged message {client_id} is stored as {stored.get(client_id)}, not at {position}"
        for client_id, position in person.acknowledged.items()
        if stored.get(client_id) != (person.profile_id, position)
    ]
    positions = list(person.acknowledged.values())
    if positions != sorted(positions):
        faults.append(f"{person.user_id}: acknowledgements do not follow the positions")
    return faults


def _of_listener(connection: psycopg.Connection, person: Person) -> list[str]:
    """What was heard is the person's stream, whole and in order."""
    theirs = connection.execute(
        "SELECT position, type, data ->> 'id' FROM events_event WHERE stream_id = %s"
        " ORDER BY position",
        [person.user_id],
    ).fetchall()
    heard = [(event.position, event.type, event.data.get("id")) for event in person.events]
    faults = []
    if person.resets:
        faults.append(f"{person.user_id} was reset {person.resets} times")
    if [position for position, *_ in theirs] != list(range(1, len(theirs) + 1)):
        faults.append(f"the stream of {person.user_id} has gaps")
    if heard != theirs:
        doubled = [key for key, count in Counter(heard).items() if count > 1]
        lost = set(theirs) - set(heard)
        faults.append(
            f"{person.user_id} heard {len(heard)} of {len(theirs)} events: {len(lost)} lost,"
            f" {len(doubled)} doubled, in order: {heard == sorted(heard)}"
        )
    messages = [event.data for event in person.events if event.type == "message.created"]
    positions = [data["position"] for data in messages]
    if positions != list(range(1, len(positions) + 1)):
        faults.append(f"{person.user_id} heard messages out of order")
    return faults


def _of_positions(connection: psycopg.Connection) -> list[str]:
    rows = connection.execute(
        "SELECT conversation_id, count(*), max(position), last_position FROM messaging_message"
        " JOIN messaging_conversation AS c ON c.id = conversation_id"
        " GROUP BY conversation_id, last_position"
        " HAVING count(*) <> max(position) OR max(position) <> last_position"
    ).fetchall()
    return [f"conversation {row[0]}: {row[1:]}" for row in rows]


def _of_pushes(connection: psycopg.Connection, pushes: Path) -> list[str]:
    """Whatever was to be told was pushed at least once, under the id of its notification."""
    received = {json.loads(line)["id"] for line in pushes.read_text().splitlines()}
    rows = connection.execute(
        "SELECT n.id::text, d.state, user_id, d.from_position, to_position"
        " FROM notifications_delivery AS d"
        " JOIN notifications_notification AS n ON n.id = notification_id"
    ).fetchall()
    faults = [
        f"notification {pk} is {state}, but the provider never got it"
        for pk, state, *_ in rows
        if state in ("accepted", "delivered", "unconfirmed") and pk not in received
    ]
    faults += [f"notification {pk} is {state}" for pk, state, *_ in rows if state == "waiting"]
    if unknown := received - {pk for pk, *_ in rows}:
        faults.append(f"{len(unknown)} pushes under ids that no notification has")
    told = {
        (user_id, position)
        for pk, _, user_id, first, last in rows
        if pk in received
        for position in range(first, last + 1)
    }
    to_tell = connection.execute(
        "SELECT stream_id, position FROM events_event"
        " JOIN profiles_profile AS p ON p.user_id = stream_id"
        " WHERE type = 'message.created' AND data ->> 'sender_id' <> p.id::text"
    ).fetchall()
    if untold := set(to_tell) - told:
        faults.append(f"{len(untold)} of {len(to_tell)} messages were never pushed")
    return faults


def unfinished(connection: psycopg.Connection) -> int:
    """Jobs that wait or run, other than those of the clock, and notifications that wait."""
    (jobs,) = connection.execute(
        "SELECT count(*) FROM procrastinate_jobs"
        " WHERE status IN ('todo', 'doing') AND scheduled_at IS DISTINCT FROM NULL"
    ).fetchone() or (0,)
    (waiting,) = connection.execute(
        "SELECT count(*) FROM events_stream WHERE notify_from IS NOT NULL"
    ).fetchone() or (0,)
    return jobs + waiting
