"""What the limits cost hot requests over HTTP: counted in PostgreSQL, in Redis, and not at all.

    python -m bench.limits [--redis redis://127.0.0.1:6379/0] [--rounds 9]

On the demo town that DATABASE_URL names. Each way is two web processes; eight connections ask; the
ways take turns in random order. CPU is that of the web processes, the database and Redis for one
request; ratios are medians of the rounds' own ratios to a round without limits.
"""

import argparse
import itertools
import random
import statistics
from collections.abc import Callable
from functools import partial
from uuid import uuid4

import psutil

from bench import serving
from bench.hot import Caller
from bench.load import ask_all, load, request
from bench.wire import Server

# As many as may be without switching the limits off: everything is counted, nothing refused.
COUNTED = "900000"
SENT = b'{"client_id": "%s", "body": "Shall we meet at five, by the oak?"}'


def requests(caller: Caller) -> dict[str, Callable[[], bytes]]:
    """What is asked, by people of the demo town in turn."""
    people = itertools.cycle(caller.people)

    def get(path: str) -> bytes:
        token, conversation = next(people)
        return request("GET", path.format(conversation), token)

    def send() -> bytes:
        token, conversation = next(people)
        path = f"/api/v1/conversations/{conversation}/messages"
        return request("POST", path, token, SENT % str(uuid4()).encode())

    paths = {
        "GET /me/profile": "/api/v1/me/profile",
        "GET /deck": "/api/v1/deck",
        "GET /conversations": "/api/v1/conversations",
        "GET …/messages": "/api/v1/conversations/{}/messages",
        "GET /playgrounds": "/api/v1/playgrounds?near=47.62,-122.35",
    }
    return {title: partial(get, path) for title, path in paths.items()} | {"POST …/messages": send}


def redis_cpu_s(url: str | None) -> float:
    """The processor time of the Redis at this address, if it runs here."""
    port = int(url.rpartition(":")[2].partition("/")[0]) if url else None
    for process in psutil.process_iter(["name"]) if port else ():
        if process.info["name"].startswith(("redis-server", "valkey-server")) and any(
            one.laddr.port == port for one in process.net_connections("tcp")
        ):
            return sum(process.cpu_times()[:2])
    return 0.0


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--redis")
    arguments.add_argument("--rounds", type=int, default=9)
    arguments.add_argument("--seconds", type=float, default=1.0)
    chosen = arguments.parse_args()
    ways = {"off": {}, "postgresql": {"RATE_LIMIT_SCALE": COUNTED}}
    if chosen.redis:
        ways["redis"] = {"RATE_LIMIT_SCALE": COUNTED, "REDIS_URL": chosen.redis}
    asked, database = requests(Caller()), serving.Database()
    servers: dict[str, Server] = {}

    def cpu_s(server: Server) -> float:
        return server.cpu_s() + database.cpu_s() + redis_cpu_s(chosen.redis)

    def measure(server: Server, make: Callable[[], bytes]) -> tuple[float, float]:
        before = cpu_s(server)
        run = load(server.port, make, seconds=chosen.seconds)
        assert not run.refusals, run.refusals[0]
        return (cpu_s(server) - before) / len(run.times) * 1000, run.rate

    try:
        for name, environment in ways.items():
            servers[name] = serving.start(serving.WEB, **environment)
        print(f"{'':<20}" + "".join(f"{name + ': CPU ms, ratio, rate':>34}" for name in ways))
        for title, make in asked.items():
            for server in servers.values():
                ask_all(server.port, [make() for _ in range(100)])
            rounds = []
            for _ in range(chosen.rounds):
                turns = random.sample(list(servers), len(servers))
                rounds.append({name: measure(servers[name], make) for name in turns})
            line = f"{title:<20}"
            for name in ways:
                middle = statistics.median(one[name][0] for one in rounds)
                cpu, rate = (
                    statistics.median(one[name][at] / one["off"][at] for one in rounds)
                    for at in (0, 1)
                )
                line += f"{middle:16.2f}{cpu:9.2f}{rate:9.2f}"
            print(line, flush=True)
    finally:
        for server in servers.values():
            server.stop()


if __name__ == "__main__":
    main()
