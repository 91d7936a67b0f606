"""The memory and the processor time of one upload, at its worst: what is taken, and what is refused.

    python -m bench.uploads [--quick]

Needs no database. Each file is made in one process and judged in another, forked from one that has
decoded a picture of each format already: what it needs is its peak (VmHWM) above what it had before.
What becomes of it is what a web process says, which has it decoded within bounds by a process of its own.
Fails when anything that is taken, or refused, needs more than the bounds that docs/security.md states.
"""

import argparse
import gc
import io
import multiprocessing
import os
import re
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pupmatch.settings_for_tests")
django.setup()

from PIL import Image  # noqa: E402 (needs Django's settings)

from bench.results import table, write  # noqa: E402
from bench.worst_files import ACCEPTED, REFUSED, SQUARE, Make, busy_jpeg  # noqa: E402
from profiles import uploads  # noqa: E402
from profiles.decoding import Decoder  # noqa: E402
from profiles.images import Refused, render, render_document  # noqa: E402
from profiles.tests import hostile  # noqa: E402
from profiles.tests.pictures import saved  # noqa: E402
from pupmatch.lib.problems import Problem, Unavailable  # noqa: E402

# What one upload may need in the process that decodes it, beside its 10 MB; and four in the web process.
MOST_MB = 360
MOST_TOGETHER_MB = 100
MOST_SECONDS = 5


class Cost(NamedTuple):
    """What became of it, and what it needed: MB above the baseline, seconds of processor time."""

    outcome: str
    megabytes: float
    seconds: float


def own(field: str) -> float:
    """MB of this process, by the name that Linux gives it."""
    status = Path("/proc/self/status").read_text()
    found = re.search(rf"^{field}:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) / 1e3 if found else 0


def judge(content: bytes, render: Callable[[io.BytesIO], object], told) -> None:
    """In a process of its own: say what it cost."""
    gc.collect()
    before, began = own("VmRSS"), time.process_time()
    Path("/proc/self/clear_refs").write_text("5")
    with suppress(Refused):
        render(io.BytesIO(content))
    told.send(Cost("", own("VmHWM") - before, time.process_time() - began))


def outcome(content: bytes, render: Callable[[io.BytesIO], object]) -> str:
    """What people would be told, by the process that decodes for this one."""
    try:
        render(io.BytesIO(content))
    except Problem as problem:
        return problem.default_code
    return "taken"


def cost(content: bytes, render: Callable[[io.BytesIO], object]) -> Cost:
    told, tell = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(
        target=judge, args=(content, render, tell)
    )
    process.start()
    tell.close()
    try:
        return told.recv()
    except EOFError:
        return Cost("died", float("inf"), float("inf"))
    finally:
        process.join()


def four_at_once(content: io.BytesIO) -> None:
    """As the threads of a web process would, if the front let so many through."""
    # This process was forked, and so would share the one of the process before.
    uploads.DECODER = decoder = Decoder()

    def send(_: int) -> None:
        # As it was received: a copy of its own.
        upload = io.BytesIO()
        upload.write(content.getbuffer())
        upload.seek(0)
        with suppress(Unavailable):
            uploads.render(upload)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, range(4)))
    decoder.close()


def made(make: Make) -> bytes:
    """Made elsewhere, so that making it leaves nothing in the memory of this process."""
    got, give = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=lambda: give.send_bytes(make()))
    process.start()
    give.close()
    content = got.recv_bytes()
    process.join()
    return content


def measure(files: dict[str, Make]) -> dict[str, tuple[int, Cost, Cost]]:
    """By name its bytes, and what it costs as a photo and as a document."""
    found = {}
    for name, make in files.items():
        content = made(make)
        found[name] = (
            len(content),
            cost(content, render)._replace(outcome=outcome(content, uploads.render)),
            cost(content, render_document)._replace(
                outcome=outcome(content, uploads.render_document)
            ),
        )
        print(f"{name:45} {len(content) / 1e6:6.1f} MB {found[name][1]}", flush=True)
    return found


def judged(found: dict[str, tuple[int, Cost, Cost]], *, taken: bool) -> list[str]:
    faults = []
    for name, (_, *costs) in found.items():
        for each in costs:
            if (each.outcome == "taken") is not taken:
                faults.append(f"{name}: {each.outcome}")
            if each.megabytes > MOST_MB or each.seconds > MOST_SECONDS:
                faults.append(f"{name}: {each.megabytes:.0f} MB, {each.seconds:.1f} s")
    return faults


def added() -> str:
    """What a process of its own adds to a photo of 12 megapixels, medians of eleven in turns."""
    content = saved(Image.effect_noise((4_000, 3_000), 60).convert("RGB"), "JPEG", quality=75)
    apart, here = [], []
    for _ in range(11):
        for took, way in ((apart, uploads.render), (here, render)):
            began = time.perf_counter()
            way(io.BytesIO(content))
            took.append(time.perf_counter() - began)
    ours, plain = statistics.median(apart), statistics.median(here)
    return f"{ours * 1e3:.0f} ms ({plain * 1e3:.0f} ms without a process of its own)"


def rows(found: dict[str, tuple[int, Cost, Cost]]) -> list[list[str]]:
    return [
        [
            name,
            f"{size / 1e6:.1f}",
            photo.outcome,
            f"{photo.megabytes:.0f}",
            f"{document.megabytes:.0f}",
            f"{photo.seconds:.2f}",
            f"{document.seconds:.2f}",
        ]
        for name, (size, photo, document) in found.items()
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="print, and write nothing")
    asked = parser.parse_args()
    for format in SQUARE:
        render(io.BytesIO(hostile.plain(format)))
    taken, refused = measure(ACCEPTED), measure(REFUSED)
    faults = judged(taken, taken=True) + judged(refused, taken=False)
    together = cost(made(lambda: busy_jpeg(SQUARE["JPEG"])), four_at_once).megabytes
    if together > MOST_TOGETHER_MB:
        faults.append(f"four at once in one web process: {together:.0f} MB")
    photo = f"A photo of 12 megapixels of noise takes {added()}; four of 10 MB at once, the web process {together:.0f} MB."
    print(photo)
    if not asked.quick:
        head = ["", "MB sent", "outcome", "photo, MB", "document, MB", "photo, s", "document, s"]
        body = (
            f"Peak of memory above the process's own, and processor time; bounds {MOST_MB} MB and {MOST_SECONDS} s,"
            f" and {MOST_TOGETHER_MB} MB for four in one web process, which has one at a time decoded.\n\n{photo}\n\n"
            f"{table(head, rows(taken) + rows(refused))}"
        )
        write("uploads", "Uploads at their worst", body)
    print("\n".join(faults) or "within bounds")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
