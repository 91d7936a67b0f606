"""A whole PupMatch of real processes, any of which may be killed and started again."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg

from tests.faults.parts import PYTHON, ROOT, Part, answers, lasting_port

WEB = ["-m", "pupmatch", "--workers", "2", "--port"]
REALTIME = ["-m", "realtime", "--log-level", "warning", "--timeout-keep-alive", "75", "--port"]


class Town:
    """PostgreSQL, Redis when there is one, the web, realtime and worker processes, a push provider."""

    workers = 2
    # What the provider gives trouble to, of all requests.
    trouble = 0.1

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pupmatch-faults-"))
        self.folder.chmod(0o755)
        self.ports = {
            name: lasting_port() for name in ("front", "web", "realtime", "redis", "provider")
        }
        self.parts: dict[str, Part] = {}
        self.database_url = f"postgis://pupmatch@/{self.folder}/socket/pupmatch"
        self.pushes = self.folder / "pushes.jsonl"
        # Over those that every town has.
        self.postgres_options: dict[str, str] = {}

    @property
    def url(self) -> str:
        """Where people find it: the front, which sends each request to whoever answers it."""
        return f"http://127.0.0.1:{self.ports['front']}"

    @property
    def victims(self) -> list[str]:
        """Whatever may be killed: everything but the provider, which is not ours."""
        return [name for name in self.parts if name != "provider"]

    def env(self) -> dict[str, str]:
        """What the application's processes are told."""
        ports = self.ports
        redis = f"redis://127.0.0.1:{ports['redis']}/0" if "redis" in self.parts else ""
        return {
            "DJANGO_SETTINGS_MODULE": "pupmatch.settings",
            "DATABASE_URL": self.database_url,
            "DEBUG": "true",
            "RATE_LIMIT_SCALE": "1000000",
            "ACCESS_TOKEN_LIFETIME": "86400",
            "REDIS_URL": redis,
            # The front is the one proxy, and needs to know where the others are.
            "PROXY_COUNT": "1",
            "FRONT_ADDRESS": f"127.0.0.1:{ports['front']}",
            "WEB_ADDRESS": f"127.0.0.1:{ports['web']}",
            "REALTIME_ADDRESS": f"127.0.0.1:{ports['realtime']}",
            # Everybody has the same address.
            "FRONT_OPEN": "10000",
            "EXPO_PUSH_URL": f"http://127.0.0.1:{ports['provider']}",
            "MEDIA_ROOT": str(self.folder / "media"),
            "PRIVATE_ROOT": str(self.folder / "private"),
            "MAIL_DIR": str(self.folder / "mail"),
            "LOG_LEVEL": "WARNING",
        }

    def start(self) -> None:
        """From nothing to a town in which everything answers."""
        self._add_postgres()
        self._add_redis()
        self._run("manage.py", "migrate", "--noinput")
        self._add(
            "provider",
            ["-m", "notifications.tests.provider"],
            args=[str(self.pushes), str(self.trouble)],
        )
        self._add("web", WEB, path="/health/live")
        self._add("realtime", REALTIME, path="/health/live")
        self._add_front()
        for number in range(1, self.workers + 1):
            name, work = f"worker-{number}", [PYTHON, "manage.py", "work"]
            self._begin(Part(name, work, folder=self.folder, env=self.env(), is_up=lambda: True))

    def _add(
        self, name: str, command: list[str], *, args: list[str] | None = None, path: str = ""
    ) -> None:
        port = self.ports[name]
        part = Part(
            name,
            [PYTHON, *command, str(port), *(args or [])],
            folder=self.folder,
            env=self.env(),
            is_up=lambda: answers(port, path),
        )
        self._begin(part)

    def _add_front(self) -> None:
        haproxy = shutil.which("haproxy", path=f"{os.environ['PATH']}:/usr/local/sbin:/usr/sbin")
        if haproxy is None:
            raise FileNotFoundError("haproxy is not installed; bin/test does it")
        # As containers run it: told by SIGUSR2, it hands its port over to a new one of itself.
        command = [haproxy, "-W", "-db", "-f", str(ROOT / "deploy" / "haproxy.cfg")]
        port = self.ports["front"]
        self._begin(
            Part(
                "front",
                command,
                folder=self.folder,
                env=self.env(),
                is_up=lambda: answers(port, "/health/live"),
            )
        )

    def _begin(self, part: Part) -> None:
        self.parts[part.name] = part
        part.start()
        part.wait_until_up()

    def _run(self, *command: str) -> None:
        subprocess.run([PYTHON, *command], cwd=ROOT, env={**os.environ, **self.env()}, check=True)

    def _add_postgres(self) -> None:
        bin_folder = newest_postgres()
        user = "postgres" if os.geteuid() == 0 else None
        data, sockets = self.folder / "data", self.folder / "socket"
        sockets.mkdir()
        if user:
            owner = pwd.getpwnam(user)
            for folder in (self.folder, sockets):
                os.chown(folder, owner.pw_uid, owner.pw_gid)
        initdb = ["-D", str(data), "-U", "pupmatch", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(
            [bin_folder / "initdb", *initdb], user=user, cwd="/", check=True, capture_output=True
        )
        # The defaults: what was acknowledged is on disk.
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(sockets),
            "max_connections": "200",
            "log_min_error_statement": "panic",
            **self.postgres_options,
        }
        command = [str(bin_folder / "postgres"), "-D", str(data)]
        command += [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        self._begin(
            Part("postgres", command, folder=self.folder, user=user, is_up=self._postgres_answers)
        )
        with self.connect("postgres") as connection:
            connection.execute("CREATE DATABASE pupmatch")

    def _postgres_answers(self) -> bool:
        try:
            self.connect("postgres").close()
        except psycopg.Error:
            return False
        return True

    def connect(self, database: str = "pupmatch") -> psycopg.Connection:
        """A connection for whoever judges."""
        return psycopg.connect(
            host=str(self.folder / "socket"),
            port=self.postgres_options.get("port"),
            user="pupmatch",
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )

    def _add_redis(self) -> None:
        server = redis_server(self.folder)
        if server is None:
            return
        port = self.ports["redis"]
        command = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
        self._begin(Part("redis", command, folder=self.folder, is_up=lambda: answers(port)))

    def restart(self, name: str) -> None:
        """After a kill: start it again and wait until it answers."""
        self.parts[name].start()
        self.parts[name].wait_until_up()

    def stop(self) -> None:
        """End everything, the database last."""
        for part in reversed(self.parts.values()):
            part.stop()

    def remove(self) -> None:
        """Take the folder away."""
        shutil.rmtree(self.folder, ignore_errors=True)


def newest_postgres() -> Path:
    """The programs of the highest version installed."""
    found = [Path(path).parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(found, key=lambda path: int(path.parent.name))


def redis_server(folder: Path) -> str | None:
    """A Redis or Valkey server, if the machine has one."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    # Debian's redis-tools has the server under the name of its checker, which the name decides.
    if checker := shutil.which("redis-check-rdb"):
        link = folder / "redis-server"
        link.symlink_to(checker)
        return str(link)
    return None
