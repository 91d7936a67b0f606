"""The memory of each process: at its start, and after so many requests over the hot endpoints.

    python -m bench.memory [--requests 100000] [--ways deployed apart]

On a town that bench.town made. Memory is PSS: what is shared counts in parts, so that the sum over
processes is what they all need together. The web processes are asked a mix of the hot endpoints; the
realtime process and the worker stand idle beside them. `apart`: granian as it comes,
each of whose processes loads the product for itself.
"""

import argparse
import itertools
import sys
from datetime import UTC, datetime

import psutil
from tqdm import tqdm

from bench import serving
from bench.load import ask_all
from bench.wire import Server

from bench.asking import Asking, clean  # isort: skip (needs Django)
from bench.results import bars, table, write

STEPS = 20
WAYS = {
    "deployed": serving.WEB,
    "apart": serving.WEB.replace(
        "-m pupmatch",
        "-m granian --interface wsgi --no-ws --respawn-failed-workers --blocking-threads 4"
        " pupmatch.wsgi:application",
    ),
}
# How often each is asked, of a hundred: writing is rare, and likes are not endless.
SHARES = {
    "GET /me/profile": 20,
    "GET /deck": 20,
    "GET /conversations": 20,
    "GET …/messages": 20,
    "GET /playgrounds": 15,
    "POST …/messages": 4,
    "POST /likes": 1,
}


def mix(asking: Asking) -> list:
    """Makers of requests, as often as they are asked, well shuffled."""
    makers = {one.title: one.make for one in asking.endpoints()}
    chosen = [makers[title] for title, share in SHARES.items() for _ in range(share)]
    asking.random.shuffle(chosen)
    return chosen


def processes(pid: int) -> dict[str, psutil.Process]:
    """A server's own process, and those that it started, by the order in which they were."""
    top = psutil.Process(pid)
    children = sorted(top.children(recursive=True), key=lambda one: one.pid)
    # Python's own helper that cleans up after shared memory serves nobody.
    children = [one for one in children if "resource_tracker" not in " ".join(one.cmdline())]
    return {"supervisor" if children else "": top} | {
        f"process {number}": one for number, one in enumerate(children, start=1)
    }


def megabytes(process: psutil.Process) -> float:
    return process.memory_full_info().pss / 1e6


def measure(way: str, web: Server, asking: Asking, requests: int) -> dict[str, list[float]]:
    """The memory of each web process, at first and after each step."""
    makers = itertools.cycle(mix(asking))
    served = processes(web.process.pid)
    found = {f"{way}: {name}": [megabytes(one)] for name, one in served.items()}
    for _ in tqdm(range(STEPS), unit="step"):
        made = (next(makers)() for _ in range(requests // STEPS))
        run = ask_all(web.port, filter(None, made))
        assert not run.refusals, run.refusals[0]
        for name, one in served.items():
            found[f"{way}: {name}"].append(megabytes(one))
    return found


def report(found: dict[str, list[float]], others: dict[str, list[float]], requests: int) -> None:
    rows = [
        [f"web, {name}", f"{values[0]:.0f}", f"{values[1]:.0f}", f"{max(values):.0f}", f"{values[-1]:.0f}"]
        for name, values in found.items()
    ]  # fmt: skip
    rows += [
        [name, f"{a:.0f}", "", f"{max(a, b):.0f}", f"{b:.0f}"] for name, (a, b) in others.items()
    ]
    plot = bars(
        "memory",
        kind="lines",
        title="Memory of the web processes",
        label="MB (PSS)",
        groups=[requests // STEPS * number / 1000 for number in range(STEPS + 1)],
        series=found,
    )
    head = [
        "MB (PSS)",
        "at the start",
        f"after {requests // STEPS:,}",
        "most",
        f"after {requests:,}",
    ]
    body = f"{requests:,} requests over the hot endpoints, thousands from left to right.\n\n{plot}\n\n{table(head, rows)}"
    write("memory", "Memory", body)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=["deployed"])
    asked = parser.parse_args()
    since = datetime.now(UTC)
    asking, found = Asking(), {}
    worker = psutil.Popen([sys.executable, "manage.py", "work"])
    realtime = serving.start("-m realtime --log-level warning")
    idle = {"worker": worker, "realtime": psutil.Process(realtime.process.pid)}
    try:
        for way in asked.ways:
            web = serving.start(WAYS[way])
            # Pages that are shared count less while others share them, too.
            before = {name: megabytes(one) for name, one in idle.items()}
            try:
                found |= measure(way, web, asking, asked.requests)
                others = {name: [before[name], megabytes(one)] for name, one in idle.items()}
            finally:
                web.stop()
        report(found, others, asked.requests)
    finally:
        realtime.stop()
        worker.terminate()
        worker.wait(15)
        clean(since)


if __name__ == "__main__":
    main()
