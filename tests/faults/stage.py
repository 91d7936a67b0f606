"""A town whose every way to the outside can be cut: the stage of `tests.faults.outages`."""

import contextlib
import os
import subprocess
from collections.abc import Iterator

from tests.faults.machinery import REALTIME, WEB, Town
from tests.faults.outside import Bucket, Post, Way
from tests.faults.parts import lasting_port

STAFF = ("staff@pupmatch.example", "a long word of staff's")
FOLDER_MB = 24


class Stage(Town):
    """PostgreSQL, Redis, mail and push by ways of their own; photos in a bucket or a small folder."""

    workers = 1
    trouble = 0.0

    def __init__(self, kind: str, environment: dict[str, str]) -> None:
        super().__init__()
        self.environment = environment
        self.has_seconds = kind == "seconds"
        for name in ("web", "realtime"):
            self.ports[f"{name}-2"] = lasting_port()
        self.ports["postgres"] = lasting_port()
        self.postgres_options = {
            "max_connections": "60",
            "listen_addresses": "127.0.0.1",
            "port": str(self.ports["postgres"]),
        }
        self.post = Post()
        self.bucket = Bucket() if kind == "bucket" else None
        targets = {name: self.ports[name] for name in ("postgres", "redis", "provider")}
        targets["mail"] = self.post.port
        if self.bucket:
            targets["bucket"] = self.bucket.port
        self.ways = {name: Way(port) for name, port in targets.items()}
        self.media = self.folder / "media"
        self.is_small = False

    def env(self) -> dict[str, str]:
        """What the application's processes are told."""
        port = {name: way.port for name, way in self.ways.items()}
        told = super().env() | {
            "DATABASE_URL": f"postgis://pupmatch@127.0.0.1:{port['postgres']}/pupmatch",
            "EXPO_PUSH_URL": f"http://127.0.0.1:{port['provider']}",
            "EMAIL_URL": f"smtp://127.0.0.1:{port['mail']}",
            "MAIL_DIR": "",
            "STAFF_SECOND_FACTOR": "optional",
            # Those of production, whatever the tests around have.
            "DATABASE_PATIENCE_MS": "2500",
            "STATEMENT_TIMEOUT_MS": "5000",
            "LOCK_TIMEOUT_MS": "2000",
        }
        if told["REDIS_URL"]:
            told["REDIS_URL"] = f"redis://127.0.0.1:{port['redis']}/0"
        if self.bucket:
            told |= {
                "S3_BUCKET": "dogs",
                "S3_ENDPOINT_URL": f"http://127.0.0.1:{port['bucket']}",
                "S3_REGION": "us-east-1",
                "S3_PUBLIC_HOST": "photos.pupmatch.example",
                "S3_ACCESS_KEY_ID": "key",
                "S3_SECRET_ACCESS_KEY": "secret",
            }
        if self.has_seconds:
            told["WEB_ADDRESS_2"] = f"127.0.0.1:{self.ports['web-2']}"
            told["REALTIME_ADDRESS_2"] = f"127.0.0.1:{self.ports['realtime-2']}"
        return told | self.environment

    def start_second(self, name: str) -> None:
        """Another process of the same kind, beside the first."""
        self._add(f"{name}-2", {"web": WEB, "realtime": REALTIME}[name], path="/health/live")

    def start(self) -> None:
        """The whole of it, with an account of staff's."""
        self._make_small()
        super().start()
        email, password = STAFF
        os.environ["DJANGO_SUPERUSER_PASSWORD"] = password
        self._run("manage.py", "createsuperuser", "--noinput", "--email", email)

    def _make_small(self) -> None:
        """Put the folder of photos on a file system of its own, where we may."""
        self.media.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={FOLDER_MB}m,mode=777", "tmpfs", self.media]
        with contextlib.suppress(OSError):
            self.is_small = subprocess.run(mount, capture_output=True).returncode == 0

    def has_room(self) -> bool:
        """Whether the folder can be filled without filling anything else."""
        return self.is_small

    def remove(self) -> None:
        """Take everything away."""
        if self.is_small:
            subprocess.run(["umount", "--lazy", self.media], capture_output=True)
        for way in self.ways.values():
            way.refuse()
        self.post.close()
        if self.bucket:
            self.bucket.close()
        super().remove()

    def stored(self) -> set[str]:
        """The names of all files of photos that there are."""
        if self.bucket:
            return set(self.bucket.files)
        files = (path for path in self.media.rglob("*") if path.is_file())
        return {str(path.relative_to(self.media)) for path in files if path.name != "filler"}

    def fill(self) -> None:
        """Leave no byte free for photos."""
        with (self.media / "filler").open("wb") as filler, contextlib.suppress(OSError):
            while True:
                filler.write(b"x" * 65536)
                filler.flush()

    def empty(self) -> None:
        """Give the room back."""
        (self.media / "filler").unlink()


@contextlib.contextmanager
def staged(kind: str = "", **environment: str) -> Iterator[Stage]:
    """A stage that is gone afterwards, whatever happens.

    Of the kind "bucket" photos go there, and one of the kind "seconds" may have two of each process.
    """
    stage = Stage(kind, environment)
    try:
        stage.start()
        yield stage
    finally:
        for way in stage.ways.values():
            way.open()
        stage.stop()
        stage.remove()
