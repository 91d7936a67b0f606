"""What sending a message costs the database, beside SQL written by hand for the same rows.

    python -m bench.sending

On the migrated database that DATABASE_URL names, which must run on this machine: what is compared
is the processor time of its backend (Linux counts it in nanoseconds), so parsing, planning,
executing and committing all count, and neither Python nor the way there does. Contenders take turns
in random order, a block of messages each, on one connection and the same conversations; medians of
the blocks are shown.

The service finds repeats and learns whom it tells; the peer checks nothing and is told everything.
Both leave the same rows: the message, the conversation's position, both inboxes, both streams, an
event for each. The wake-up after the commit writes no row; it is counted in a line of its own.
"""

import json
import os
import random
import statistics
import time
import uuid
from pathlib import Path
from types import SimpleNamespace

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pupmatch.settings")
django.setup()

from django.conf import settings  # noqa: E402 (Django must be set up first)
from django.db import connection, transaction  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402
from rest_framework.test import APIClient  # noqa: E402

from accounts.models import User  # noqa: E402
from accounts.services import open_session  # noqa: E402
from events import publishing  # noqa: E402
from matching.models import Match  # noqa: E402
from messaging import services  # noqa: E402
from profiles.models import Profile  # noqa: E402
from pupmatch.lib.ids import uuid7  # noqa: E402

CONVERSATIONS, ROUNDS, BLOCK = 25, 40, 100
BODY = "Hello Biscuit! Shall we meet at the park at five, by the old oak?"


def settle(number=CONVERSATIONS):
    """Conversations between pairs of new people, with all that both contenders need to know."""
    for _ in range(number):
        users = [User.objects.create(email=f"{uuid7()}@bench.example") for _ in "ab"]
        low, high = sorted(
            (
                Profile.objects.create(user=user, name="Dog", birth_date="2022-01-01")
                for user in users
            ),
            key=lambda dog: dog.pk,
        )
        match_id = uuid7()
        talk = services.open_conversation(low=low, high=high, match_id=match_id)
        Match.objects.create(pk=match_id, low=low, high=high, conversation=talk)
        # What is written before an answer is looked at; that is another matter (bench.texts).
        for side in talk.participants.all():
            services.send(participant=side, client_id=uuid.uuid4(), body=BODY)
        yield SimpleNamespace(
            id=talk.pk,
            side=talk.participants.get(profile=low),
            sender=low.pk,
            people=[low.user_id, high.user_id],
            user=low.user,
        )


# --- The contenders -------------------------------------------------------------------------------


def by_service(talk):
    services.send(participant=talk.side, client_id=uuid.uuid4(), body=BODY)


@transaction.atomic
def by_hand(talk):
    now, message, event = timezone.now(), uuid7(), "message.created"
    with connection.cursor() as sql:
        sql.execute(
            "UPDATE messaging_conversation SET last_position = last_position + 1"
            " WHERE id = %s AND closed_at IS NULL RETURNING last_position",
            [talk.id],
        )
        [position] = sql.fetchone()
        sql.execute(
            "INSERT INTO messaging_message (id, conversation_id, position, sender_id, client_id,"
            " kind, body, created_at) VALUES (%s, %s, %s, %s, %s, 'text', %s, %s)",
            [message, talk.id, position, talk.sender, uuid.uuid4(), BODY, now],
        )
        sql.execute(
            "UPDATE messaging_participant SET last_message_id = %s, updated_at = %s,"
            " deleted_at = NULL, unread_count = unread_count + (profile_id <> %s)::integer"
            " WHERE conversation_id = %s RETURNING profile_id, unread_count",
            [message, now, talk.sender, talk.id],
        )
        unread_counts = dict(sql.fetchall())
        sql.execute(
            "UPDATE events_stream SET last_position = last_position + 1"
            " WHERE user_id IN (%s, %s) RETURNING user_id, last_position",
            talk.people,
        )
        ends = dict(sql.fetchall())
        told = [
            json.dumps(
                {
                    "id": str(message),
                    "conversation_id": str(talk.id),
                    "position": position,
                    "sender_id": str(talk.sender),
                    "unread_count": unread_count,
                }
            )
            for unread_count in unread_counts.values()
        ]
        low, high = talk.people
        sql.execute(
            "INSERT INTO events_event (stream_id, position, type, data, at)"
            " VALUES (%s, %s, %s, %s, %s), (%s, %s, %s, %s, %s)",
            [low, ends[low], event, told[0], now, high, ends[high], event, told[1], now],
        )


def without_waking(talk):
    wake, publishing.wake = publishing.wake, lambda user_ids: None
    try:
        by_service(talk)
    finally:
        publishing.wake = wake


PEER = "SQL by hand"
CONTENDERS = {PEER: by_hand, "service": without_waking, "service and wake-up": by_service}


# --- Measuring ------------------------------------------------------------------------------------


def backend_clock(connection=connection):
    """A function that tells the processor time of a connection's backend, in microseconds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    schedule = Path(f"/proc/{pid}/schedstat")
    if not schedule.exists():
        raise SystemExit("The database must run on this machine, and this machine Linux.")
    return lambda: int(schedule.read_text().split()[0]) / 1000


def statements(send, talk):
    with CaptureQueriesContext(connection) as queries:
        send(talk)
    return len(queries)


def measure(talks):
    clock = backend_clock()
    cpu = {name: [] for name in CONTENDERS}
    wall = {name: [] for name in CONTENDERS}
    for number in range(ROUNDS + 1):
        for name, send in random.sample(sorted(CONTENDERS.items()), len(CONTENDERS)):
            cpu_start, start = clock(), time.perf_counter()
            for _ in range(BLOCK):
                send(random.choice(talks))
            if number:  # the first round warms up
                cpu[name].append((clock() - cpu_start) / BLOCK)
                wall[name].append((time.perf_counter() - start) / BLOCK * 1e6)
    return cpu, wall


def report(talks):
    counts = {name: statements(send, talks[0]) for name, send in CONTENDERS.items()}
    cpu, wall = measure(talks)
    print(f"{ROUNDS} rounds of {BLOCK} messages each, medians for one message")
    print(f"{'':22}{'statements':>11}{'backend cpu us':>16}{'ratio':>7}{'in all us':>11}")
    for name in CONTENDERS:
        ratios = [own / peer for own, peer in zip(cpu[name], cpu[PEER], strict=True)]
        print(
            f"{name:22}{counts[name]:>11}{statistics.median(cpu[name]):>16.0f}"
            f"{statistics.median(ratios):>7.2f}{statistics.median(wall[name]):>11.0f}"
        )
    print(f"POST …/messages: {requests(talks[0])}")


def requests(talk):
    """The whole request, in this process: for information."""
    client = APIClient()
    tokens = open_session(user=talk.user, ip_address="127.0.0.1", user_agent="bench")
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.access}", HTTP_HOST="localhost")
    times = []

    def post(talk):
        start = time.perf_counter()
        url = f"/api/v1/conversations/{talk.id}/messages"
        body = {"client_id": str(uuid.uuid4()), "body": BODY}
        answer = client.post(url, body, format="json")
        assert answer.status_code == 201, answer.content
        times.append((time.perf_counter() - start) * 1000)

    for _ in range(50):
        post(talk)
    return f"{statements(post, talk)} statements, {statistics.median(times):.1f} ms"


def main():
    settings.DEBUG = False  # or Django keeps every statement
    talks = list(settle())
    try:
        for talk in talks:
            by_service(talk)  # from now on everybody has a stream
        report(talks)
    finally:
        User.objects.filter(email__endswith="@bench.example", pk__in=[
            person for talk in talks for person in talk.people
        ]).delete()  # fmt: skip


if __name__ == "__main__":
    main()
