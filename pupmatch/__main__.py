"""Serves the web process: `python -m pupmatch`, with any of granian's options after it.

Its workers part from it after the product was loaded, so that they share the memory of what they
only read: a third less for each (`bench/memory.py`). They count in files of one folder, so that /metrics
says the same whichever of them is asked.
"""

import gc
import os
import sys
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.files.storage import default_storage
from django.urls import resolve
from granian.cli import entrypoint

from pupmatch.lib import memory

OPTIONS = ["--interface", "wsgi", "--no-ws", "--respawn-failed-workers"]


def load() -> None:
    """Import everything that a request may need, in pages that nobody writes into again."""
    # Garbage would leave holes, which each worker would fill for itself.
    gc.disable()
    from pupmatch.wsgi import application

    assert application  # noqa: S101 (it is what is loaded)
    resolve("/health/live")
    if settings.S3_BUCKET:
        # A second of nothing else, at the first photo otherwise.
        assert default_storage.connection  # type: ignore[attr-defined]  # noqa: S101
    gc.collect()
    # Collections need not look at what is there by now, and so do not write into its pages.
    gc.freeze()
    gc.enable()


if __name__ == "__main__":
    with TemporaryDirectory(
        dir=memory.folder(), prefix=f"pupmatch-metrics-{os.getpid()}-"
    ) as shared:
        # Read when the library is imported, which settings.py does not.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = shared
        load()
        os.environ.setdefault("GRANIAN_BLOCKING_THREADS", "4")
        # A new thread needs a new connection to the database, and to the bucket, which takes it longest.
        os.environ.setdefault("GRANIAN_BLOCKING_THREADS_IDLE_TIMEOUT", "600")
        sys.argv[1:1] = [*OPTIONS, "pupmatch.wsgi:application"]
        entrypoint()
