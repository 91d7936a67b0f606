"""What the staff desk's queue costs: its pages, a case with all that stands beside it, a report.

    python -m bench.town --dogs 10000
    python -m bench.desk_queue --fill
    python -m bench.desk_queue

`--fill` puts 10,000 waiting reports in 4,000 open cases, and 2,000 closed cases before them, into the
town that DATABASE_URL names. What is measured is what the desk asks of the database, in the order in
which staff work: a page of the queue, the next case, the case with evidence, history and look-alikes;
reports are made and taken back. Processor time of the backend, which must run on this machine, and
of Python: medians, and the slowest of a hundred of both together.
"""

import argparse
import gc
import os
import random
import statistics
import time
from functools import partial
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pupmatch.settings")
django.setup()

from django.conf import settings  # noqa: E402 (Django must be set up first)
from django.db import connection, transaction  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts.models import User  # noqa: E402
from bench.inbox import backend_clock  # noqa: E402
from bench.results import table, write  # noqa: E402
from messaging.models import Message  # noqa: E402
from moderation import casework, history, lookalikes  # noqa: E402
from moderation.models import Case, Report  # noqa: E402
from moderation.reporting import report  # noqa: E402
from profiles.models import Profile  # noqa: E402

STEPS = Path(__file__).with_name("desk.sql")
ROUNDS, PAGE = 200, 50


def fill():
    if Case.objects.exists():
        raise SystemExit("There are cases already; take an empty town.")
    start = time.monotonic()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path = bench, public")
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(STEPS.read_text().replace("%", "%%"), [])
    found = f"{Report.objects.count():,} reports in {Case.objects.count():,} cases"
    print(f"{found}; {time.monotonic() - start:.0f} s")


def queue(start=0):
    rows = Case.objects.open().in_order().select_related("about__profile", "claimed_by")
    return list(rows[start : start + PAGE])


def overdue():
    return Case.objects.overdue().count(), Case.objects.open().count()


def beside(pk):
    found = history.of(pk)
    history.reports_of(found.case)
    lookalikes.of(found.case)


def undone(run):
    """Run something and leave no trace; its commit is not counted."""
    with transaction.atomic():
        run()
        transaction.set_rollback(True)


def report_on(kind, row, reporter, **fields):
    run = partial(
        report, reporter=reporter, subject_type=kind, subject_id=row.pk, reason="spam", **fields
    )
    undone(run)


def works():
    """What is measured: a name, and a function that prepares a run of it."""
    cases = list(Case.objects.open().values_list("pk", flat=True))
    largest = list(Case.objects.order_by("-report_count").values_list("pk", flat=True)[:20])
    staff, _ = User.objects.get_or_create(email="staff@bench.example", is_staff=True)
    dogs = list(Profile.objects.listed().select_related("user")[:3000])
    said = list(
        Message.objects.select_related("conversation__low__user", "conversation__high__user")[:2000]
    )

    def dog():
        reporter, other = random.sample(dogs, 2)
        return partial(report_on, "profile", other, reporter.user)

    def message(**fields):
        row = random.choice(said)
        talk = row.conversation
        other = talk.high if row.sender_id == talk.low_id else talk.low
        return partial(report_on, "message", row, other.user, **fields)

    return {
        "the queue, first page": lambda: queue,
        "the queue, page 60": lambda: partial(queue, 59 * PAGE),
        "open and overdue, counted": lambda: overdue,
        "the next case, claimed": lambda: lambda: undone(partial(casework.next_case, by=staff)),
        "a case with all beside it": lambda: partial(beside, random.choice(cases)),
        "one of the largest": lambda: partial(beside, random.choice(largest)),
        "a profile reported": dog,
        "a message reported": message,
        "a message reported, with a block": partial(message, block=True),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--fill", action="store_true")
    if parser.parse_args().fill:
        return fill()
    random.seed(1)
    settings.DEBUG = False  # it would keep every statement
    connection.ensure_connection()
    clock = backend_clock()
    prepared = works()
    gc.freeze()  # what measuring needs is not the desk's to clear away
    rows = [[name, *measure(prepare, clock)] for name, prepare in prepared.items()]
    waiting = Report.objects.filter(outcome=Report.Outcome.WAITING).count()
    size = f"{waiting:,} waiting reports in {Case.objects.open().count():,} open cases"
    body = table(["", "statements", "database ms", "Python ms", "together, slowest of 100"], rows)
    return write("desk", "The staff desk", f"{size}. Milliseconds of processor time.\n\n{body}")


def measure(prepare, clock):
    with CaptureQueriesContext(connection) as queries:
        prepare()()
    number = sum("SAVEPOINT" not in query["sql"] for query in queries)
    spent = []
    for _ in range(ROUNDS):
        run = prepare()
        start = clock() / 1000, time.process_time() * 1000
        run()
        spent.append((clock() / 1000 - start[0], time.process_time() * 1000 - start[1]))
    sums = sorted(map(sum, spent))
    medians = (statistics.median(each) for each in zip(*spent, strict=True))
    slowest = sums[int(len(sums) * 0.99) - 1]
    return [str(number), *(f"{median:.1f}" for median in (*medians, slowest))]


if __name__ == "__main__":
    main()
