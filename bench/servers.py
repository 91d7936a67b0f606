"""Which server for the API, and with how many threads: the product behind each of them.

    bench/setup
    python -m bench.servers [--rounds 5] [--seconds 0.8]

On a town that bench.town made. Two processes each, in turns and in random order.
"""

import argparse
import random
import statistics
import sysconfig

from tqdm import tqdm

from bench import serving
from bench.load import Run, ask_all, load, request
from bench.wire import Server

from bench.asking import Asking, repeat  # isort: skip (needs Django)
from bench.results import bars, table, write

GRANIAN = "-m granian --log-level warning --workers 2 --no-ws"
WSGI = f"{GRANIAN} --interface wsgi pupmatch.wsgi:application"
PRODUCT_PACKAGES = sysconfig.get_path("purelib")
# A pool, because under ASGI no thread keeps its connection.
ASGI = {"DATABASE_POOL_SIZE": "4"}
SERVERS: dict[str, dict] = {
    "granian WSGI, 4 threads": {"command": f"{WSGI} --blocking-threads 4"},
    "granian WSGI, 1 thread": {"command": f"{WSGI} --blocking-threads 1"},
    "granian WSGI, 2 threads": {"command": f"{WSGI} --blocking-threads 2"},
    "granian WSGI, 8 threads": {"command": f"{WSGI} --blocking-threads 8"},
    "gunicorn gthread, 4 threads": {
        "command": "-m gunicorn --workers 2 --worker-class gthread --threads 4 --log-level warning"
        " pupmatch.wsgi:application",
        "bind": "--bind 127.0.0.1:{port}",
        "peer": True,
        "PYTHONPATH": PRODUCT_PACKAGES,
    },
    "uvicorn ASGI": {
        "command": "-m uvicorn --workers 2 --log-level warning --no-access-log bench.asgi:application",
        **ASGI,
    },
    "granian ASGI": {
        "command": f"{GRANIAN} --interface asgi bench.asgi:application",
        **ASGI,
    },
}
DEPLOYED = "granian WSGI, 4 threads"
CONNECTIONS = (8, 32)


def measure(
    servers: dict[str, Server], asked: dict[str, list[bytes]], rounds: int, seconds: float
) -> dict[tuple[str, int], dict[str, list[tuple[Run, float]]]]:
    """By endpoint and number of connections, by server: each round's run and CPU for a request."""
    found: dict = {}
    for requests in asked.values():
        for server in servers.values():
            ask_all(server.port, requests)
    for _ in tqdm(range(rounds), unit="round"):
        for title, requests in asked.items():
            for connections in CONNECTIONS:
                for name, server in random.sample(sorted(servers.items()), len(servers)):
                    before = server.cpu_s()
                    run = load(
                        server.port, repeat(requests), seconds=seconds, connections=connections
                    )  # fmt: skip
                    assert not run.refusals, (name, run.refusals[0])
                    cpu = (server.cpu_s() - before) / len(run.times) * 1000
                    runs = found.setdefault((title, connections), {}).setdefault(name, [])
                    runs.append((run, cpu))
    return found


def report(found: dict, about: str) -> None:
    rows = []
    for (title, connections), by_server in found.items():
        for name in SERVERS:
            runs = by_server[name]
            rates = [run.rate for run, _ in by_server[DEPLOYED]]
            ratio = statistics.median(
                run.rate / rate for (run, _), rate in zip(runs, rates, strict=True)
            )
            figures = [
                f"{statistics.median(run.rate for run, _ in runs):,.0f}/s",
                f"{ratio:.2f}",
                *(
                    f"{statistics.median(run.percentile(p) for run, _ in runs):.1f}"
                    for p in (0.5, 0.99)
                ),
                f"{statistics.median(cpu for _, cpu in runs):.2f}",
            ]
            rows.append([f"{title}, {connections} connections: {name}", *figures])
    titles = dict.fromkeys(title for title, _ in found)
    plot = bars(
        "servers",
        title="Processor time of the server for one request",
        label="ms",
        groups=list(titles),
        series={
            name: [statistics.median(cpu for _, cpu in found[title, 8][name]) for title in titles]
            for name in SERVERS
        },
    )
    head = ["", "rate", "rate ÷ deployed", "p50 ms", "p99 ms", "CPU ms"]
    body = f"Two processes each, deployed is `{DEPLOYED}`; {about}. Medians of the rounds.\n\n{plot}\n\n{table(head, rows)}"
    write("servers", "Servers for the API", body)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.8)
    asked = parser.parse_args()
    about = serving.about()
    people = Asking(with_likes=False)
    endpoints = {
        "GET /health/live": [request("GET", "/health/live")] * 50,
        "GET /me": [request("GET", "/api/v1/me", one.token) for one in people.viewers],
        "GET /me/profile": people.endpoints()[0].requests or [],
    }
    servers: dict[str, Server] = {}
    try:
        for name, how in SERVERS.items():
            servers[name] = serving.start(**how)
        report(measure(servers, endpoints, asked.rounds, asked.seconds), about)
    finally:
        for server in servers.values():
            server.stop()


if __name__ == "__main__":
    main()
