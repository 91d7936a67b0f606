"""Has pictures decoded in bounded time and memory, whatever hole a decoder has.

A web process has one process that decodes (`profiles.decoder`), from its first upload on. That is
begun anew instead of forked: what is forked from a process of threads may hang for ever. It ends with
whoever started it, whose end of the pipe closes then. Nothing that it says is unpickled.
"""

import logging
import math
import subprocess  # nosec (one program, which is ours)
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from os import killpg
from signal import SIGKILL, Signals

from django.conf import settings

from profiles.decoder import HEAD, KILLED, REFUSALS
from profiles.images import ImageUnusable, Refused
from pupmatch.lib.problems import Unavailable

logger = logging.getLogger(__name__)

# Bytes of what describes a picture, and of one file: more than `images.MAX_FILE_BYTES`.
MOST_HEAD, MOST_FILE = 1_000, 16 * 1024 * 1024
SLOWEST_START_S = 10


class ImageTooCostly(ImageUnusable):
    """One whose process had to be ended, or ended by itself."""


class Decoder:
    """The process that decodes, one picture after the other, and the queue before it.

    A picture has so many `seconds` of the clock, past which the machine is too busy, and half as many
    of a processor, past which it is too costly; its process has `megabytes` of addresses in all. No
    more than `waiting` others wait, for `patience` seconds.
    """

    def __init__(
        self, *, seconds: float = 10, megabytes: int = 512, waiting: int = 2, patience: float = 2.5
    ) -> None:
        self.seconds, self.megabytes, self.patience = seconds, megabytes, patience
        self.process: subprocess.Popen[bytes] | None = None
        self._connection: Connection
        self._places = threading.Semaphore(1 + waiting)
        self._turn = threading.Lock()

    def decode(self, kind: bytes, content: bytes, *, files: int) -> list[bytes]:
        """The head of the answer and so many files. Raises Refused, or Unavailable to try again."""
        with self._in_turn():
            process, began = self._running(), time.monotonic()
            # Ends whatever we may be waiting for, sending to it included.
            deadline = threading.Timer(self.seconds, _end, [process])
            deadline.start()
            try:
                return self._asked(kind, content, files)
            except Refused:
                raise
            except Exception as error:
                # Whatever it was: the rest of an answer must not be taken for the next one's.
                raise self._failure(process, time.monotonic() - began) from error
            finally:
                deadline.cancel()
                deadline.join()

    def close(self) -> None:
        """End the process; another upload would start one."""
        if self.process:
            _end(self.process)
            self._connection.close()

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise Unavailable
        try:
            if not self._turn.acquire(timeout=self.patience):
                raise Unavailable
            try:
                yield
            finally:
                self._turn.release()
        finally:
            self._places.release()

    def _running(self) -> "subprocess.Popen[bytes]":
        if self.process is None or self.process.poll() is not None:
            self.close()
            try:
                self.process = self._started()
            except (OSError, EOFError) as error:
                logger.error("no process to decode pictures in: %r", error)
                raise Unavailable from error
        return self.process

    def _started(self) -> "subprocess.Popen[bytes]":
        self._connection, its = Pipe()
        bounds = [str(its.fileno()), str(math.ceil(self.seconds / 2)), str(self.megabytes)]
        with its:
            process = subprocess.Popen(  # noqa: S603 # nosec (nothing in it was sent)
                [sys.executable, "-m", "profiles.decoder", *bounds],
                cwd=settings.BASE_DIR,
                # Without the keys and passwords of ours; a group of its own, to be ended together.
                env={},
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                pass_fds=[its.fileno()],
            )
        # Its first word says that it is ready: the time until then is not the picture's.
        try:
            if not self._connection.poll(SLOWEST_START_S):
                raise TimeoutError
            self._connection.recv_bytes(MOST_HEAD)
        except (OSError, EOFError):
            _end(process)
            raise
        return process

    def _asked(self, kind: bytes, content: bytes, files: int) -> list[bytes]:
        self._connection.send_bytes(kind)
        self._connection.send_bytes(content)
        head = self._connection.recv_bytes(MOST_HEAD)
        refused, *_ = HEAD.unpack_from(head)
        if refused:
            raise REFUSALS[refused - 1]
        return [head, *(self._connection.recv_bytes(MOST_FILE) for _ in range(files))]

    def _failure(self, process: "subprocess.Popen[bytes]", seconds: float) -> Exception:
        """Ends what failed, and says whose doing that was: the picture's, or ours."""
        # It may be about to say how it ended; whatever is not, is ended.
        with suppress(subprocess.TimeoutExpired):
            process.wait(1)
        _end(process)
        if seconds >= self.seconds:
            logger.warning("a picture was given up after %.1f s", seconds)
            return Unavailable()
        if process.returncode > KILLED:
            signal = Signals(process.returncode - KILLED).name
            logger.warning("a picture's process was ended by %s", signal)
            return ImageTooCostly()
        logger.error("the process that decodes pictures ended: %s", process.returncode)
        return Unavailable()


def _end(process: "subprocess.Popen[bytes]") -> None:
    """It and the picture's process, which may outlive it; its number is its own until we waited."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            killpg(process.pid, SIGKILL)
    process.wait()
