"""What a like, a match and a message cost the database, beside SQL written by hand for the same rows.

    psql -v ON_ERROR_STOP=1 -f bench/talks.sql       (once, in an empty, migrated database)
    python -m bench.writes

On the database that DATABASE_URL names, which must run on this machine. Each contender acts in
transactions that are rolled back, and its statements are noted; then they are sent again, one right
after the other, and committed. That is what is measured, as processor time of the backend (Linux
counts it in nanoseconds), so neither Python nor its pauses count. Contenders take turns, blocks of
likes or messages of different people each; the median of the rounds' ratios is shown.

What is by hand is prepared, as by `pgbench -M prepared`; of the service, only what it prepares.
All leave the same rows. The barest SQL locks both profiles, because without that crossing likes miss
each other, looks whether the like is returned, and checks nothing: it likes whoever blocked one, and
keeps a pass. SQL that keeps the rules asks, too, whether the other may be liked, takes a pass away,
and tells nobody of a like whom they passed on. So does the service.
"""

import json
import os
import random
import statistics
from functools import partial

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pupmatch.settings")
django.setup()

from django.conf import settings  # noqa: E402 (Django must be set up first)
from django.db import connection, transaction  # noqa: E402
from django.db.backends.postgresql.base import Cursor, ServerBindingCursor  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from bench import sending  # noqa: E402
from bench.results import table, write  # noqa: E402
from events import publishing  # noqa: E402
from matching import services  # noqa: E402
from matching.models import Like  # noqa: E402
from profiles.models import Preferences, Profile  # noqa: E402
from pupmatch.lib.ids import uuid7  # noqa: E402

DOGS, ROUNDS, BLOCK = 200, 50, 50
SIDE = (
    "INSERT INTO messaging_participant (id, conversation_id, match_id, profile_id, other_id,"
    " read_position, delivered_position, shown_position, cleared_position, other_read_position,"
    " other_delivered_position, unread_count, updated_at) VALUES"
    " (%s, %s, %s, %s, %s, 0, 0, 0, 0, 0, 0, 0, %s), (%s, %s, %s, %s, %s, 0, 0, 0, 0, 0, 0, 0, %s)"
)
MAY_BE_LIKED = """
SELECT FROM profiles_profile AS dog JOIN accounts_user AS person ON person.id = dog.user_id
WHERE dog.id = %(other)s AND dog.is_complete AND dog.paused_at IS NULL AND person.is_active
    AND NOT EXISTS (SELECT FROM accounts_block
                    WHERE blocker_id = %(me)s AND blocked_id = person.id)
    AND NOT EXISTS (SELECT FROM accounts_block
                    WHERE blocker_id = person.id AND blocked_id = %(me)s)
"""


def settle():
    """Pairs of people who have decided nothing about each other; each is used once."""
    users = User.objects.bulk_create(
        User(email=f"{uuid7()}@bench.example", password="!") for _ in range(DOGS)
    )
    Preferences.objects.bulk_create(Preferences(user=user) for user in users)
    dogs = Profile.objects.bulk_create(
        Profile(
            user=user, name="Dog", birth_date="2022-01-01", photo_count=2,
            location="POINT(-73.95 40.745)", location_shows_at=timezone.now(),
        )
        for user in users
    )  # fmt: skip
    for dog in dogs:
        with publishing.recorded():  # from now on everybody has a stream
            publishing.publish([dog.user_id], "bench", {})
    return users, list(rounds_of(dogs))


def rounds_of(dogs):
    """All pairs, so that of any BLOCK pairs that follow each other from its start nobody is in two."""
    first, *ring = dogs
    for _ in ring:
        yield first, ring[0]
        yield from zip(ring[1 : len(dogs) // 2], reversed(ring[len(dogs) // 2 :]), strict=True)
        ring.append(ring.pop(0))


# --- The contenders -------------------------------------------------------------------------------


def by_service(me, other):
    services.like(liker=me, liked=other)


@transaction.atomic
def by_hand(me, other, *, keeps_rules=False):
    now, like = timezone.now(), uuid7()
    with connection.cursor() as sql:
        sql.execute(
            "SELECT FROM profiles_profile WHERE id IN (%s, %s) ORDER BY id FOR NO KEY UPDATE",
            [me.pk, other.pk],
        )
        if keeps_rules:
            sql.execute(MAY_BE_LIKED, {"me": me.user_id, "other": other.pk})
            assert sql.rowcount
            sql.execute(
                "DELETE FROM matching_pass WHERE passer_id = %s AND passed_id = %s",
                [me.pk, other.pk],
            )
            sql.execute(
                "SELECT FROM matching_pass WHERE passer_id = %s AND passed_id = %s",
                [other.pk, me.pk],
            )
            assert not sql.rowcount
        sql.execute(
            "INSERT INTO matching_like (id, liker_id, liked_id, comment, created_at)"
            " VALUES (%s, %s, %s, '', %s)",
            [like, me.pk, other.pk, now],
        )
        sql.execute(
            "SELECT id FROM matching_like WHERE liker_id = %s AND liked_id = %s", [other.pk, me.pk]
        )
        returned = sql.fetchone()
        if returned is None:
            told = [(other, "like.received", {"id": str(like), "profile_id": str(me.pk)})]
        else:
            match = _match_by_hand(sql, me, other, now)
            removed = {"id": str(returned[0]), "profile_id": str(other.pk)}
            told = [
                (me, "match.created", match),
                (me, "like.removed", removed),
                (other, "match.created", match),
            ]
        _tell_by_hand(sql, told, now)


def _match_by_hand(sql, me, other, now):
    talk, match = uuid7(), uuid7()
    low, high = sorted((me.pk, other.pk))
    sql.execute(
        "INSERT INTO messaging_conversation (id, low_id, high_id, last_position, created_at)"
        " VALUES (%s, %s, %s, 0, %s)",
        [talk, low, high, now],
    )
    sql.execute(SIDE, [uuid7(), talk, match, low, high, now, uuid7(), talk, match, high, low, now])
    sql.execute(
        "INSERT INTO matching_match (id, low_id, high_id, conversation_id, created_at)"
        " VALUES (%s, %s, %s, %s, %s)",
        [match, low, high, talk, now],
    )
    return {"id": str(match), "conversation_id": str(talk)}


def _tell_by_hand(sql, told, now):
    people = sorted({dog.user_id for dog, *_ in told})
    if len(people) == 1:
        sql.execute(
            "UPDATE events_stream SET last_position = last_position + 1 WHERE user_id = %s"
            " RETURNING last_position",
            people,
        )
        ends = {people[0]: sql.fetchone()[0]}
    else:
        me = told[0][0].user_id
        sql.execute(
            "UPDATE events_stream SET last_position = last_position + CASE user_id"
            " WHEN %s THEN 2 ELSE 1 END WHERE user_id IN (%s, %s)"
            " RETURNING user_id, last_position",
            [me, *people],
        )
        ends = dict(sql.fetchall())
    values = []
    for dog, type_, data in reversed(told):
        values += [dog.user_id, ends[dog.user_id], type_, json.dumps(data), now]
        ends[dog.user_id] -= 1
    rows = ", ".join(["(%s, %s, %s, %s, %s)"] * len(told))
    sql.execute(
        f"INSERT INTO events_event (stream_id, position, type, data, at) VALUES {rows}", values
    )


def likes_of(act, pairs, *, returned):
    """Blocks of likes of pairs that were never seen before, or whose other side likes already."""
    while True:
        block = [pairs.pop() for _ in range(BLOCK)]
        if returned:
            Like.objects.bulk_create(Like(liker=other, liked=me) for me, other in block)
        yield [partial(act, me, other) for me, other in block]


def messages_of(act, talks):
    while True:
        yield [partial(act, talk) for talk in random.sample(talks, BLOCK)]


# --- Measuring ------------------------------------------------------------------------------------

SERVICE, BARE, RULES = "service", "barest SQL", "SQL with the rules"


def kinds(pairs, talks):
    """What is measured: for each kind of write, the blocks of each contender."""
    likes = {SERVICE: by_service, BARE: by_hand, RULES: partial(by_hand, keeps_rules=True)}
    sends = {SERVICE: sending.by_service, BARE: sending.by_hand}
    return {
        "like": {name: likes_of(act, pairs, returned=False) for name, act in likes.items()},
        "like that matches": {
            name: likes_of(act, pairs, returned=True) for name, act in likes.items()
        },
        "message": {name: messages_of(act, talks) for name, act in sends.items()},
    }


def noted(act):
    """The statements of a write, with their values and whether it prepares them; it leaves nothing."""
    statements = []

    def note(execute, sql, params, many, context):
        is_prepared = isinstance(context["cursor"].cursor, ServerBindingCursor)
        statements.append((sql, params, is_prepared))
        return execute(sql, params, many, context)

    with transaction.atomic():
        with connection.execute_wrapper(note):
            act()
        transaction.set_rollback(True)
    # What wraps the whole in this transaction is none of its own.
    assert "SAVEPOINT" in statements[0][0]
    assert "SAVEPOINT" in statements[-1][0]
    return statements[1:-1]


class Replay:
    """Sends noted statements again, on a connection of its own: a rollback forgets what is prepared."""

    def __init__(self):
        self.other = connection.copy()
        self.other.settings_dict["OPTIONS"] |= {"prepare_threshold": 0}
        self.other.connect()
        self.clock = sending.backend_clock(self.other)
        pg = self.other.connection
        self.cursors = {True: ServerBindingCursor(pg), False: Cursor(pg)}

    def run(self, block, *, prepares_all):
        """Processor time of the backend, in microseconds, for one of these."""
        start = self.clock()
        for statements in block:
            with self.other.connection.transaction():
                for sql, params, is_prepared in statements:
                    self.cursors[prepares_all or is_prepared].execute(sql, params)
        return (self.clock() - start) / len(block)


def measure(kinds):
    """Backend time for one, by kind and contender: that of each round; and statements of the last."""
    replay = Replay()
    found = {kind: {name: [] for name in contenders} for kind, contenders in kinds.items()}
    counts = {}
    turns = [(kind, name) for kind, contenders in kinds.items() for name in contenders]
    for number in range(ROUNDS + 1):
        for kind, name in random.sample(turns, len(turns)):
            block = [noted(act) for act in next(kinds[kind][name])]
            spent = replay.run(block, prepares_all=name != SERVICE)
            counts[kind, name] = len(block[-1])
            if number:  # the first round warms up
                found[kind][name].append(spent)
    return found, counts


def report(kinds):
    rows = []
    found, counts = measure(kinds)
    for kind, cpu in found.items():
        for name, rounds in cpu.items():
            rates = [peer / own for own, peer in zip(cpu[SERVICE], rounds, strict=True)]
            rate = "" if name == SERVICE else f"{statistics.median(rates):.2f}"
            spent = f"{statistics.median(rounds):.0f}"
            rows.append([f"{kind}: {name}", str(counts[kind, name]), spent, rate])
    head = ["", "statements", "backend µs", "rate of the service against it"]
    write("writes", "Likes and messages against SQL by hand", table(head, rows))


def main():
    settings.DEBUG = False  # or Django keeps every statement
    publishing.wake = lambda user_ids: None
    users, pairs = settle()
    talks = list(sending.settle(2 * BLOCK))
    try:
        for talk in talks:
            sending.by_service(talk)  # from now on everybody has a stream
        report(kinds(pairs, talks))
    finally:
        people = [user.pk for user in users] + [one for talk in talks for one in talk.people]
        User.objects.filter(pk__in=people).delete()


if __name__ == "__main__":
    main()
