"""`python -m realtime.tests.impatient`: the realtime process, in a hurry to give up."""

import sys

import realtime.asgi  # noqa: F401 (sets Django up)
from realtime import company, protocol, sockets
from realtime.__main__ import serve

company.LOOKS_FOR_S = 1.0
protocol.GRACE_S = 1.0
protocol.SLOWEST_ANSWER_S = 2.0
sockets.SLOWEST_SEND_S = 0.5


if __name__ == "__main__":
    serve("--ws-ping-interval", "1", "--ws-ping-timeout", "1", *sys.argv[1:])
