"""Serves the realtime process: `python -m realtime`, with any of uvicorn's options after it."""

import os
import sys

from uvicorn.main import main

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pupmatch.settings")

from realtime.frames import LARGEST

OPTIONS = {
    "--http": "realtime.protocol:AnswerProtocol",
    "--ws": "realtime.protocol:SocketProtocol",
    "--ws-max-size": str(LARGEST),
    # Compression would cost each socket more memory than everything else together.
    "--ws-per-message-deflate": "false",
    "--ws-ping-interval": "20",
    "--ws-ping-timeout": "20",
    "--timeout-graceful-shutdown": "4",
    "--lifespan": "on",
}
FLAGS = ["--no-access-log", "--no-server-header", "--no-proxy-headers"]


def serve(*options: str) -> None:
    """Serve until told to stop, with further options of uvicorn's."""
    given = [word for option in OPTIONS.items() for word in option]
    main(["realtime.asgi:application", *given, *FLAGS, *options])


if __name__ == "__main__":
    serve(*sys.argv[1:])
