"""What a page of the inbox and of a conversation's history costs the database.

    psql -v ON_ERROR_STOP=1 -f bench/talks.sql       (once, in an empty, migrated database)
    python -m bench.inbox

On the database that DATABASE_URL names, which must run on this machine: what is compared is the
processor time of one backend. Contenders take turns in random order; medians are shown, and of the
inbox the median of the rounds' ratios. Everybody in the inbox's table has exactly as many matches as
its row says. The peer is the query that one would write first, over tables that repeat nothing.
"""

import os
import random
import statistics
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pupmatch.settings")
django.setup()

from django.db import connection  # noqa: E402 (Django must be set up first)
from django.db.backends.postgresql.base import Cursor, ServerBindingCursor  # noqa: E402

from bench.results import table, write  # noqa: E402
from messaging.models import Conversation  # noqa: E402
from profiles.models import Profile  # noqa: E402

ROUNDS, PAGES = 40, 10
MATCHES = {1: range(1, 21), 30: range(21, 41), 100: range(41, 61), 500: range(61, 81)}
LATEST = """
    latest.id, latest.client_id, latest.position, latest.sender_id, latest.kind, latest.body,
    latest.playground_id, latest.reply_to_id, latest.created_at, latest.edited_at, latest.deleted_at
"""
INBOX = f"""
SELECT side.conversation_id, side.match_id, side.other_id, side.unread_count, side.read_position,
    side.other_read_position, side.other_delivered_position, side.updated_at, side.closed_at, {LATEST}
FROM messaging_participant AS side
LEFT JOIN messaging_message AS latest
    ON latest.id = side.last_message_id AND latest.position > side.cleared_position
WHERE side.profile_id = %s AND side.deleted_at IS NULL
ORDER BY side.updated_at DESC, side.id DESC LIMIT 21
"""
LATERAL = f"""
SELECT side.conversation_id, found.id, side.other_id, unread.number, side.read_position,
    other.read_position, other.delivered_position, talk.created_at, talk.closed_at, {LATEST}
FROM messaging_participant AS side
JOIN messaging_conversation AS talk ON talk.id = side.conversation_id
JOIN matching_match AS found ON found.conversation_id = talk.id
JOIN messaging_participant AS other
    ON other.conversation_id = talk.id AND other.profile_id = side.other_id
LEFT JOIN LATERAL (
    SELECT * FROM messaging_message AS message
    WHERE message.conversation_id = talk.id AND message.position > side.cleared_position
    ORDER BY message.position DESC LIMIT 1
) AS latest ON true
LEFT JOIN LATERAL (
    SELECT count(*) AS number FROM messaging_message AS message
    WHERE message.conversation_id = talk.id
        AND message.position > greatest(side.read_position, side.cleared_position)
        AND message.sender_id <> side.profile_id AND message.deleted_at IS NULL
) AS unread ON true
WHERE side.profile_id = %s AND side.deleted_at IS NULL
ORDER BY coalesce(latest.created_at, talk.created_at) DESC, side.id DESC LIMIT 21
"""
HISTORY = """
SELECT * FROM messaging_message WHERE conversation_id = %s AND position > %s
ORDER BY position LIMIT 21
"""
OFFSET = """
SELECT * FROM messaging_message WHERE conversation_id = %s
ORDER BY position LIMIT 21 OFFSET %s
"""


def backend_clock():
    """A function that tells the processor time of our backend, in microseconds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    schedule = Path(f"/proc/{pid}/schedstat")
    if not schedule.exists():
        raise SystemExit("The database must run on this machine, and this machine Linux.")
    return lambda: int(schedule.read_text().split()[0]) / 1000


def measure(contenders, values, kind):
    """Backend time of a page, in microseconds, by contender: that of each round."""
    connection.connection.prepare_threshold = 0
    clock, cursor = backend_clock(), kind(connection.connection)
    spent = {name: [] for name in contenders}
    for number in range(ROUNDS + 1):
        for name in random.sample(list(contenders), len(contenders)):
            start = clock()
            for _ in range(PAGES):
                cursor.execute(contenders[name], random.choice(values)).fetchall()
            if number:  # the first round warms up
                spent[name].append((clock() - start) / PAGES)
    return spent


def inbox() -> str:
    rows = []
    for number, people in MATCHES.items():
        emails = [f"talks{n}@bench.example" for n in people]
        values = [
            [pk]
            for pk in Profile.objects.filter(user__email__in=emails).values_list("pk", flat=True)
        ]
        if not values:
            raise SystemExit("Fill the database with bench/talks.sql first.")
        found = [
            measure({"row": INBOX, "lateral": LATERAL}, values, kind)
            for kind in (Cursor, ServerBindingCursor)
        ]
        times = [statistics.median(each[name]) for name in ("row", "lateral") for each in found]
        ratios = [
            statistics.median(
                slow / fast for slow, fast in zip(each["lateral"], each["row"], strict=True)
            )
            for each in found
        ]
        rows.append(
            [str(number), *(f"{time:.0f}" for time in times), *(f"{one:.1f}" for one in ratios)]
        )
    head = ["matches", "our row µs", "prepared", "lateral µs", "prepared", "ratio", "prepared"]
    return table(head, rows)


def history() -> str:
    talks = Conversation.objects.filter(last_position=6000).values_list("pk", flat=True)
    rows = []
    for depth in (0, 500, 5000):
        values = [[pk, depth] for pk in talks]
        spent = measure({"keyset": HISTORY, "offset": OFFSET}, values, ServerBindingCursor)
        rows.append([str(depth), *(f"{statistics.median(spent[name]):.0f}" for name in spent)])
    return table(["depth", "by position µs", "by offset µs"], rows)


def main():
    connection.ensure_connection()
    body = f"Backend processor time for a page.\n\n{inbox()}\n\n{history()}"
    write("inbox", "The inbox, and a conversation's history", body)


if __name__ == "__main__":
    main()
