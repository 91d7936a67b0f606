"""Counters in memory that all processes of one machine share; for what is read all the time.

A question to Redis or PostgreSQL would cost a hot answer a third of what it takes; this costs a
hundredth. Exact on one machine; with several web machines each counts reads by itself.

The table is a file in memory: buckets of slots, each with a digest of a key, when its window turns,
and its count. One lock for all of it, which the system takes from whoever dies.
"""

import fcntl
import hashlib
import logging
import mmap
import os
import struct
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from django.conf import settings

from pupmatch.lib import memory
from pupmatch.lib.throttling.limits import Count, Limit

logger = logging.getLogger(__name__)

SLOT = struct.Struct("<QdQ")  # digest, end of the window, count
SLOTS, BUCKETS = 8, 16_384
BUCKET_SIZE = SLOT.size * SLOTS


def count(limits: Sequence[Limit]) -> list[Count]:
    """Count one request against all of them, or past one against none."""
    return _table(_path()).count(limits)


def take_back(limits: Sequence[Limit]) -> None:
    """The request just counted was refused elsewhere."""
    _table(_path()).take_back(limits)


def forget(keys: Iterable[str]) -> None:
    """Let these windows begin anew."""
    _table(_path()).forget(keys)


class Table:
    """The counters of one machine."""

    def __init__(self, path: Path) -> None:
        self._thread = threading.Lock()
        size = BUCKETS * BUCKET_SIZE
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            os.ftruncate(self._file, size)
            self._memory = mmap.mmap(self._file, size)
        except OSError as error:
            logger.warning("each process counts reads by itself: %s", error)
            self._file, self._memory = -1, mmap.mmap(-1, size)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        # Locks of files are the process's: threads need one of their own.
        with self._thread:
            if self._file >= 0:
                fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                if self._file >= 0:
                    fcntl.lockf(self._file, fcntl.LOCK_UN)

    def count(self, limits: Sequence[Limit]) -> list[Count]:
        digests = [_digest(limit.key) for limit in limits]
        seen = []
        with self._locked():
            now = time.time()
            for limit, digest in zip(limits, digests, strict=True):
                _, ends, number = self._slot(digest)
                seen.append((ends, number) if ends > now else (now + limit.seconds, 0))
            if all(number < limit.allowed for limit, (_, number) in zip(limits, seen, strict=True)):
                for digest, (ends, number) in zip(digests, seen, strict=True):
                    # Looked for again: the one before may have taken the same slot.
                    self._write(self._slot(digest)[0], digest, ends, number + 1)
        return [
            Count(limit.allowed, number + 1, min(limit.seconds, ends - now))
            for limit, (ends, number) in zip(limits, seen, strict=True)
        ]

    def take_back(self, limits: Sequence[Limit]) -> None:
        with self._locked():
            for limit in limits:
                at, ends, number = self._slot(digest := _digest(limit.key))
                if number:
                    self._write(at, digest, ends, number - 1)

    def forget(self, keys: Iterable[str]) -> None:
        with self._locked():
            for key in keys:
                self._write(self._slot(_digest(key))[0], 0, 0.0, 0)

    def _write(self, at: int, digest: int, ends: float, number: int) -> None:
        SLOT.pack_into(self._memory, at, digest, ends, number)

    def _slot(self, digest: int) -> tuple[int, float, int]:
        """Where a key is, or may be, counted; with what is known of its window."""
        start = digest % BUCKETS * BUCKET_SIZE
        # Of a full bucket the slot whose window turns first is given away.
        free, earliest = start, float("inf")
        for at in range(start, start + BUCKET_SIZE, SLOT.size):
            owner, ends, number = SLOT.unpack_from(self._memory, at)
            if owner == digest:
                return at, ends, number
            if ends < earliest:
                free, earliest = at, ends
        return free, 0.0, 0


def _digest(key: str) -> int:
    # Keyed, so that nobody can choose their bucket.
    name, secret = key.encode(), settings.SECRET_KEY.encode()[:64]
    return int.from_bytes(hashlib.blake2b(name, digest_size=8, key=secret).digest(), "little")


def _path() -> Path:
    return Path(settings.LIMITS_FILE) if settings.LIMITS_FILE else _usual_path()


@cache
def _usual_path() -> Path:
    """One for each user and each database of this machine."""
    database = settings.DATABASES["default"]
    named = f"{database.get('HOST')}:{database.get('PORT')}/{database['NAME']}"
    name = hashlib.sha256(f"{settings.SECRET_KEY}{named}".encode()).hexdigest()[:16]
    return memory.folder() / f"pupmatch-limits-{os.getuid()}-{name}"


@cache
def _table(path: Path) -> Table:
    return Table(path)
