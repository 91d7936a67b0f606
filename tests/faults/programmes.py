"""Which troubles a town is put through, in which order, and who may feel them."""

import contextlib

from tests.faults.stage import Stage
from tests.faults.troubles import (
    Trouble,
    blocked,
    dead,
    failing_bucket,
    full,
    hangs,
    killed,
    one_killed,
    out_of_connections,
    read_only,
    refuses,
    reloaded,
    replaced,
    restarted,
    rolled,
    slow,
    stopped,
)

EVERYTHING = ("message", "ready")


def _has_redis(stage: Stage) -> bool:
    return "redis" in stage.parts


def _has_bucket(stage: Stage) -> bool:
    return stage.bucket is not None


SHORT = [
    Trouble("PostgreSQL stopped, 4 s", stopped, 4, ("message",), True),
    Trouble("out of connections, 3 s", out_of_connections, 3, ("message",), True),
    Trouble("read-only, 3 s", read_only, 3, ("message",), True),
]
DATABASE = [
    Trouble("PostgreSQL killed (-9), 6 s", killed, 6, EVERYTHING, True),
    Trouble("one of its processes killed, 4 times", one_killed, 7, ("message",), True),
    Trouble("PostgreSQL restarted", restarted, 1, (), True),
    Trouble("PostgreSQL stopped, 10 s", stopped, 10, EVERYTHING, True),
    Trouble("its address hangs, 8 s", hangs("postgres"), 8, EVERYTHING, True),
    Trouble("its address refuses, 6 s", refuses("postgres"), 6, EVERYTHING, True),
    Trouble("out of connections, 6 s", out_of_connections, 6, ("message",), True),
    Trouble("read-only, 6 s", read_only, 6, ("message",), True),
    Trouble("0.3 s slower each way, 8 s", slow, 8, ("message",), True),
    Trouble("lock on all messages, 6 s", blocked, 6, ("message",), True),
]
OTHERS = [
    Trouble("Redis refuses, 6 s", refuses("redis"), needs=_has_redis),
    Trouble("Redis hangs, 8 s", hangs("redis"), 8, needs=_has_redis),
    Trouble("disk full for photos, 6 s", full, 6, ("photo",), needs=Stage.has_room),
    Trouble("mail refuses, 6 s", refuses("mail")),
    Trouble("mail hangs, 8 s", hangs("mail"), 8),
    Trouble("push refuses, 6 s", refuses("provider")),
    Trouble("push hangs, 8 s", hangs("provider"), 8),
    Trouble("worker killed, 6 s", dead("worker-1")),
    Trouble("realtime killed, 6 s", dead("realtime"), 6, ("events", "poll"), False, True),
]
# By far too little, so that requests are given up in the middle of whatever they do.
HURRY_MS = 60
HURRY = [
    Trouble(
        f"a patience of {HURRY_MS} ms, 30 s",
        lambda stage: contextlib.nullcontext(),
        30,
        ("message",),
        True,
        ends=False,
    )
]
BUCKET = [
    Trouble("bucket answers 500, 6 s", failing_bucket, 6, ("photo",), needs=_has_bucket),
    Trouble("bucket hangs, 8 s", hangs("bucket"), 8, ("photo",), needs=_has_bucket),
    Trouble("bucket refuses, 6 s", refuses("bucket"), 6, ("photo",), needs=_has_bucket),
]
RESTARTS = [
    *(Trouble(f"web rolled, {number}", rolled("web"), 3) for number in (1, 2, 3)),
    *(Trouble(f"realtime rolled, {number}", rolled("realtime"), 3) for number in (1, 2, 3)),
    *(Trouble(f"worker replaced, {number}", replaced("worker-1"), 3) for number in (1, 2, 3)),
    *(Trouble(f"front reloaded, {number}", reloaded, 5) for number in (1, 2, 3)),
    Trouble("web alone replaced", replaced("web"), 3, ("message", "live"), True, True),
    Trouble("realtime alone replaced", replaced("realtime"), 3, (), True, True),
]
