"""The hot endpoints over HTTP: the product against what one would otherwise write.

    bench/setup
    python -m bench.http [--rounds 5] [--seconds 1.2]

On a town that bench.town made. Each contender is two processes on the same database; eight
connections ask; contenders take turns in random order, endpoint by endpoint and round by round.
Ratios are medians of the rounds' own ratios. First it compares what they answer and what they write.
"""

import argparse
import json
import random
import statistics
from datetime import UTC, datetime
from typing import Any

from tqdm import tqdm

from bench import serving
from bench.load import Run, ask_all, fetch, load
from bench.wire import Server

from bench.asking import Asking, Endpoint, clean, like, message, refresh, rows  # isort: skip (needs Django)
from bench.results import bars, table, write

OURS = "PupMatch"
GOALS = {"FastAPI": (2, 4), "tuned FastAPI": (0.65, 1), "bare ASGI": (0.35, 0.6)}


# --- The same answers, the same rows --------------------------------------------------------------


def normal(content: Any) -> Any:
    """An answer without what may differ: how cursors are written, and who comes first among equals."""
    if isinstance(content, dict):
        if any("compatibility" in item for item in content.get("results", [])):
            content = content | {"results": ranked(content["results"])}
        return {
            name: bool(value) if name in ("next", "previous") else normal(value)
            for name, value in content.items()
        }
    if isinstance(content, list):
        return [normal(item) for item in content]
    return content


def ranked(deck: list[dict]) -> dict[str, Any]:
    """The scores of a deck, and everybody whom no equal can push off the page."""
    scores = [item["compatibility"]["score"] for item in deck]
    sure = [item for item in deck if item["compatibility"]["score"] > scores[-1]]
    return {"scores": scores, "sure": sorted(sure, key=lambda item: item["profile"]["id"])}


def difference(ours: Any, theirs: Any, path: str = "") -> str:
    """Where two answers differ, if they do."""
    if isinstance(ours, dict) and isinstance(theirs, dict) and ours.keys() == theirs.keys():
        found = (difference(ours[name], theirs[name], f"{path}/{name}") for name in ours)
        return next(filter(None, found), "")
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = enumerate(zip(ours, theirs, strict=True))
        found = (difference(*pair, f"{path}/{number}") for number, pair in pairs)
        return next(filter(None, found), "")
    return "" if ours == theirs else f"{path}: {str(ours)[:90]!r} is not {str(theirs)[:90]!r}"


def compare(servers: dict[str, Server], endpoints: list[Endpoint], sample: int = 12) -> None:
    for endpoint in endpoints:
        for asked in (endpoint.requests or [])[:sample]:
            answers = {name: fetch(server.port, asked) for name, server in servers.items()}
            status, body = answers[OURS]
            assert status == 200, (endpoint.title, status, body)
            for name, (their_status, their_body) in answers.items():
                assert their_status == 200, (endpoint.title, name, their_status, their_body)
                found = difference(normal(json.loads(body)), normal(json.loads(their_body)))
                assert not found, f"{endpoint.title}: {name} answers otherwise: {found}"


def compare_writes(servers: dict[str, Server], asking: Asking) -> None:
    """One like and one message through each: the same shapes, rows and events."""
    traces = {}
    [(viewer, talk)] = asking.talkers()[:1]
    for name, server in servers.items():
        liker, whom = next(asking.likes)
        liked = fetch(server.port, like(liker, whom))
        sent = fetch(server.port, message(viewer, talk))
        assert (liked[0], sent[0]) == (201, 201), (name, liked, sent)
        traces[name] = json.dumps(
            [json.loads(liked[1]), sorted(json.loads(sent[1])), written(liker, whom, talk)],
            default=str,
        )
    for name, trace in traces.items():
        assert trace == traces[OURS], f"{name} writes otherwise:\n{trace}\n{traces[OURS]}"


def written(liker: Any, whom: Any, talk: Any) -> list:
    """The last events of those concerned, without ids."""
    told = """
        SELECT type, ARRAY(SELECT jsonb_object_keys(data) ORDER BY 1),
               position = (SELECT last_position FROM events_stream WHERE user_id = stream_id)
        FROM events_event WHERE stream_id IN ({}) AND at > now() - interval '5 s'
        ORDER BY at DESC, position DESC LIMIT 1"""
    sides = "SELECT user_id FROM profiles_profile WHERE id IN (SELECT {}_id FROM messaging_conversation WHERE id = %s)"
    return [
        rows("SELECT comment FROM matching_like WHERE liker_id = %s AND liked_id = %s", [liker.profile_id, whom]),
        rows(told.format("SELECT user_id FROM profiles_profile WHERE id = %s"), [whom]),
        *(rows(told.format(sides.format(side)), [talk]) for side in ("low", "high")),
        rows("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'"),
    ]  # fmt: skip


# --- Measuring ------------------------------------------------------------------------------------


class Figures:
    """What one contender did at one endpoint, round by round."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.cpu: list[float] = []
        self.database: list[float] = []

    def take(self, run: Run, cpu: float, database: float) -> None:
        assert not run.refusals, run.refusals[0]
        self.runs.append(run)
        self.cpu.append(cpu / len(run.times) * 1000)
        self.database.append(database / len(run.times) * 1000)

    @property
    def rates(self) -> list[float]:
        return [run.rate for run in self.runs]

    def percentile(self, share: float) -> float:
        return statistics.median(run.percentile(share) for run in self.runs)


def measure(
    servers: dict[str, Server], endpoints: list[Endpoint], rounds: int, seconds: float
) -> dict[str, dict[str, Figures]]:
    found = {one.title: {name: Figures() for name in servers} for one in endpoints}
    database = serving.Database()
    for endpoint in endpoints:  # the first ones pay for what is loaded once
        for server in servers.values():
            ask_all(server.port, endpoint.requests or [endpoint.make() or b"" for _ in range(50)])
    for _ in tqdm(range(rounds), unit="round"):
        for endpoint in endpoints:
            for name, server in random.sample(sorted(servers.items()), len(servers)):
                before = server.cpu_s(), database.cpu_s()
                run = load(server.port, endpoint.make, seconds=seconds)
                cpu, backend = server.cpu_s() - before[0], database.cpu_s() - before[1]
                found[endpoint.title][name].take(run, cpu, backend)
    return found


def ratio(ours: list[float], theirs: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def report(found: dict[str, dict[str, Figures]], peers: list[str], about: str) -> None:
    head = ["", "rate", "p50 ms", "p99 ms", "CPU ms", "of which database"]
    first = [
        [
            f"{title}: {name}" if name != OURS else f"**{title}**",
            f"{statistics.median(one.rates):,.0f}/s",
            *(f"{one.percentile(share):.1f}" for share in (0.5, 0.99)),
            f"{statistics.median(one.cpu) + statistics.median(one.database):.2f}",
            f"{statistics.median(one.database):.2f}",
        ]
        for title, contenders in found.items()
        for name, one in contenders.items()
    ]
    rates = {
        peer: [ratio(of[OURS].rates, of[peer].rates) for of in found.values()] for peer in peers
    }
    second = [
        [title, *(f"{rates[peer][number]:.2f}" for peer in peers)]
        + [f"{ratio(of[OURS].cpu, of[peer].cpu):.2f}" for peer in peers]
        for number, (title, of) in enumerate(found.items())
    ]
    goals = [f"{least} – {aim}" for least, aim in (GOALS[peer] for peer in peers)]
    second.append(["to reach", *goals, *([""] * len(peers))])
    plot = bars(
        "http",
        title="The product's rate over each peer's",
        label="ratio (log)",
        scale="log",
        groups=[title.removeprefix("GET ") for title in found],
        series={f"to {peer}": values for peer, values in rates.items()},
        marks=[1],
    )
    ratios = [f"rate ÷ {peer}" for peer in peers] + [f"server CPU ÷ {peer}" for peer in peers]
    body = "\n\n".join([
        f"Two processes each, eight connections; {about}. How, and what is compared: [README](README.md).",
        table(["", *ratios], second), plot,
        "Medians of the rounds; CPU is that of all processes for one request.",
        table(head, first),
    ])  # fmt: skip
    write("http", "The API against what one would otherwise write", body)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.2)
    parser.add_argument("--only", default="", help="part of an endpoint's title")
    parser.add_argument("--peers", nargs="*", default=list(serving.PEERS))
    asked = parser.parse_args()
    random.seed(42)
    about, since = serving.about(), datetime.now(UTC)
    refresh()
    asking = Asking()
    endpoints = [one for one in asking.endpoints() if asked.only in one.title]
    servers: dict[str, Server] = {}
    try:
        servers[OURS] = serving.start(serving.WEB)
        for name in asked.peers:
            servers[name] = serving.start(serving.PEERS[name], peer=True)
        compare(servers, endpoints)
        compare_writes(servers, asking)
        report(measure(servers, endpoints, asked.rounds, asked.seconds), asked.peers, about)
    finally:
        for server in servers.values():
            server.stop()
        clean(since)


if __name__ == "__main__":
    main()
