"""What open sockets cost, and how long a message takes to the other one.

    python -m bench.sockets idle --sockets 10000
    python -m bench.sockets latency --sockets 500 --rate 200 --seconds 20

On a migrated database of its own, which DATABASE_URL names and which it fills. Servers are real
processes; this one is the clients. `idle` tells the memory of each socket (the server's PSS, so
without the kernel's buffers) and what the question of every second costs. `latency` sends messages by
`POST` and takes the time until the other side's socket has them, in turns with a bare Starlette
application that hands a posted text to a socket and does nothing else. On a busy machine only the
ratio of the two says something.
"""

import argparse
import asyncio
import json
import os
import resource
import statistics
import sys
import time
import uuid
from datetime import timedelta

import django

# As in production, which keeps no list of its queries.
os.environ.update(
    DJANGO_SETTINGS_MODULE="pupmatch.settings",
    DEBUG="false",
    SECRET_KEY="x" * 50,
    ALLOWED_HOSTS="127.0.0.1",
    APP_URL="https://pupmatch.example",
    SECURE_SSL_REDIRECT="false",
    RATE_LIMIT_SCALE="1000000",
    REALTIME_URL="",
    REDIS_URL="",
    LOG_LEVEL="WARNING",
)
django.setup()

import psutil  # noqa: E402 (Django must be set up first)
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Session, User  # noqa: E402
from accounts.tests.factories import SessionFactory, UserFactory  # noqa: E402
from accounts.tokens import issue_pair  # noqa: E402
from bench.wire import Server, Wire, post  # noqa: E402
from events.models import Stream  # noqa: E402
from matching.tests.factories import matched  # noqa: E402
from realtime.services import issue_ticket  # noqa: E402
from realtime.watch import CHANGES, changes  # noqa: E402

REALTIME = ["-m", "realtime", "--log-level", "warning"]
WEB = [
    "-m", "granian", "--interface", "wsgi", "--no-ws", "--workers", "2", "--blocking-threads", "4",
    "--log-level", "warning", "pupmatch.wsgi:application",
]  # fmt: skip
BARE = ["-m", "uvicorn", "bench.bare:application", "--log-level", "warning"]
BARE += ["--ws", "websockets-sansio", "--ws-per-message-deflate", "false", "--no-access-log"]


def ticket(session: Session) -> str:
    return issue_ticket(session=session, base_url="http://127.0.0.1/").secret


# Idle sockets -------------------------------------------------------------------------------------


def crowd(number: int) -> list[Session]:
    """So many people, each signed in, each with a past."""
    users = User.objects.bulk_create(
        User(email=f"{uuid.uuid4()}@bench.example", password="!") for _ in range(number)
    )
    Stream.objects.bulk_create(Stream(user=user, last_position=5) for user in users)
    expires_at = timezone.now() + timedelta(days=1)
    return Session.objects.bulk_create(
        Session(user=user, ip_address="127.0.0.1", expires_at=expires_at) for user in users
    )


async def open_all(server: Server, sessions: list[Session], at_once: int = 50) -> list[Wire]:
    wires: list[Wire] = []
    for start in range(0, len(sessions), at_once):
        batch = sessions[start : start + at_once]
        tickets = await asyncio.to_thread(lambda batch=batch: [ticket(one) for one in batch])
        wires += await asyncio.gather(*[Wire.open(server.port, f"?ticket={t}") for t in tickets])
    return wires


async def idle(number: int) -> None:
    server = await Server(REALTIME).start()
    try:
        sessions = await asyncio.to_thread(crowd, number + 200)
        # The first ones pay for what is loaded and allocated once.
        wires = await open_all(server, sessions[:200])
        before, began = server.pss(), time.monotonic()
        wires += await open_all(server, sessions[200:])
        took, after = time.monotonic() - began, server.pss()
        await asyncio.sleep(3)
        settled = server.pss()
        cpu = server.cpu_s()
        await asyncio.sleep(45)  # two rounds of pings
        cpu = (server.cpu_s() - cpu) / 45
        alive = sum(wire.is_open for wire in wires)
        print(f"{number:,} sockets opened at {number / took:,.0f}/s; {alive:,} open after 45 s")
        print(f"{(after - before) / number / 1024:.1f} KiB each as opened,")
        print(f"{(settled - before) / number / 1024:.1f} KiB each 3 s later,")
        print(f"{(server.pss() - before) / number / 1024:.1f} KiB each after two rounds of pings")
        print(f"the server's processor time while idle: {cpu * 1000:.0f} ms a second")
        await asyncio.to_thread(question, sessions)
    finally:
        server.stop()


def question(sessions: list[Session]) -> None:
    """What the question of every second costs, asked about these sessions."""

    class Watched:
        def __init__(self, session: Session) -> None:
            self.user_id, self.session_id = str(session.user_id), str(session.pk)
            self.position = 5

    crowd = [Watched(session) for session in sessions]
    wall, cpu = [], []
    for _ in range(15):
        began, cpu_began = time.perf_counter(), time.thread_time()
        assert changes(crowd) == []
        wall.append(time.perf_counter() - began)
        cpu.append(time.thread_time() - cpu_began)
    arrays = ["{" + ",".join(column) + "}" for column in zip(
        *((row.user_id, row.session_id, str(row.position)) for row in crowd), strict=True
    )]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF) {CHANGES}", [*arrays, timezone.now()])
        plan = [row[0] for row in cursor.fetchall()]
    print(
        f"the question about {len(crowd):,}: {statistics.median(wall) * 1000:.0f} ms,"
        f" of which {statistics.median(cpu) * 1000:.0f} ms of Python; PostgreSQL says "
        + "; ".join(line.strip() for line in plan[-2:])
    )


# Latency ------------------------------------------------------------------------------------------


class Timed:
    """Messages on their way, by what is written in them."""

    def __init__(self) -> None:
        self.sent: dict[str, float] = {}
        self.answered: dict[str, float] = {}
        self.heard: dict[str, float] = {}

    def hear(self, text: str) -> None:
        frame = json.loads(text)
        body = (frame.get("data") or frame).get("body", "")
        if body in self.sent:
            self.heard[body] = time.perf_counter()

    async def send(self, *args, **fields) -> None:
        body = str(uuid.uuid4())
        self.sent[body] = time.perf_counter()
        await post(*args, content={"body": body, "client_id": str(uuid.uuid4())}, **fields)
        self.answered[body] = time.perf_counter()

    def tell(self) -> str:
        whole = sorted(at - self.sent[body] for body, at in self.heard.items())
        # Below nothing: the socket was quicker than the answer.
        after = sorted(at - self.answered[body] for body, at in self.heard.items())
        figures = [at(times) * 1000 for times in (whole, after) for at in (p50, p99)]
        return (
            "p50 {:6.1f} ms  p99 {:6.1f} ms; after the answer p50 {:+5.1f} ms  p99 {:+5.1f} ms"
            "  ({} of {} arrived)".format(*figures, len(whole), len(self.sent))
        )


def p50(times: list[float]) -> float:
    return times[len(times) // 2]


def p99(times: list[float]) -> float:
    return times[int(len(times) * 0.99)]


async def send_all(send, pairs: int, *, rate: float, seconds: float) -> None:
    """Send steadily, whatever becomes of the ones before."""
    began, tasks = time.perf_counter(), []
    for number in range(int(rate * seconds)):
        await asyncio.sleep(began + number / rate - time.perf_counter())
        tasks.append(asyncio.create_task(send(number % pairs)))
    await asyncio.gather(*tasks)
    await asyncio.sleep(1)


async def ours(pairs: list, timed: Timed, web: Server, realtime: Server, **pace: float) -> str:
    wires = []
    for pair in pairs:
        for session in pair["sessions"]:
            address = f"?ticket={await asyncio.to_thread(ticket, session)}"
            # Both get the event; the time of the other side's counts.
            is_other = session is pair["sessions"][1]
            hear = timed.hear if is_other else None
            wires.append(await Wire.open(realtime.port, address, hear=hear))

    async def send(number: int) -> None:
        pair = pairs[number]
        path = f"/api/v1/conversations/{pair['conversation_id']}/messages"
        await timed.send(web.port, path, token=pair["access"])

    before = [server.cpu_s() for server in (web, realtime)]
    await send_all(send, len(pairs), **pace)
    each = [
        (server.cpu_s() - spent) * 1000 / pace["rate"] / pace["seconds"]
        for server, spent in zip((web, realtime), before, strict=True)
    ]
    for wire in wires:
        wire.close()
    return "web {:.1f} ms, realtime {:.1f} ms a message".format(*each)


async def bare(pairs: list, timed: Timed, server: Server, **pace: float) -> None:
    wires = []
    for number in range(len(pairs) * 2):
        hear = timed.hear if number % 2 else None
        wires.append(await Wire.open(server.port, f"?name={number}", hear=hear))

    async def send(number: int) -> None:
        await timed.send(server.port, f"/send/{number * 2 + 1}")

    await send_all(send, len(pairs), **pace)
    for wire in wires:
        wire.close()


def couples(number: int) -> list[dict]:
    """Matched people, signed in."""
    UserFactory.reset_sequence(uuid.uuid4().int % 10**12)
    found = []
    for _ in range(number):
        match = matched()
        sessions = [SessionFactory(user=side.user) for side in (match.low, match.high)]
        access = issue_pair(sessions[0]).access
        found.append(
            {"conversation_id": match.conversation_id, "sessions": sessions, "access": access}
        )
    return found


async def latency(sockets: int, rate: float, seconds: float, rounds: int) -> None:
    servers = [await Server(command).start() for command in (WEB, REALTIME, BARE)]
    web, realtime, plain = servers
    try:
        pairs = await asyncio.to_thread(couples, sockets // 2)
        for number in range(rounds + 1):
            pace = {"rate": rate, "seconds": seconds if number else 3}
            of_ours, of_bare = Timed(), Timed()
            await bare(pairs, of_bare, plain, **pace)
            cpu = await ours(pairs, of_ours, web, realtime, **pace)
            if number:  # the first one warms up
                print(f"round {number}: bare Starlette  {of_bare.tell()}")
                print(f"         POST to socket  {of_ours.tell()}")
                print(f"         processor time: {cpu}")
    finally:
        for server in servers:
            server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["idle", "latency"])
    parser.add_argument("--sockets", type=int)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print(
        f"{psutil.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}"
    )
    if asked.what == "idle":
        asyncio.run(idle(asked.sockets or 10_000))
    else:
        asyncio.run(latency(asked.sockets or 500, asked.rate, asked.seconds, asked.rounds))


if __name__ == "__main__":
    main()
