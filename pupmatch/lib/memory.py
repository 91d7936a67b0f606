"""Files that processes of one machine share, and that no disk has to hold."""

import os
import tempfile
from pathlib import Path


def folder() -> Path:
    """Where files are in memory, if the system has such a place; else the one for temporary files."""
    shared = Path("/dev/shm")  # noqa: S108 # nosec (ours alone by their modes, and no link is followed)
    return shared if os.access(shared, os.W_OK) else Path(tempfile.gettempdir())
