"""The servers that are measured: the product as it is deployed, and its peers."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import django

from bench.load import HOST
from bench.wire import Server

# As in production; nothing else of the environment than the database.
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "pupmatch.settings",
    "DEBUG": "false",
    "SECRET_KEY": "bench" * 10,
    "JWT_SIGNING_KEY": "",
    "ALLOWED_HOSTS": HOST,
    "APP_URL": "https://pupmatch.example",
    "SECURE_SSL_REDIRECT": "false",
    "PROXY_COUNT": "0",
    "RATE_LIMIT_SCALE": "1000000",
    "ACCESS_TOKEN_LIFETIME": "86400",
    "REDIS_URL": "",
    "S3_BUCKET": "",
    "LOG_LEVEL": "WARNING",
}
os.environ.update(PRODUCTION)
django.setup()
# Told to end, a bench ends its servers, too.
signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))

from django.conf import settings  # noqa: E402 (Django must be set up first)
from django.db import connection  # noqa: E402

WORKERS = 2
PEERS_PYTHON = Path(__file__).parent / ".venv" / "bin" / "python"
# docker-compose.yml and bin/lib/supervisor.py run it like this.
WEB = f"-m pupmatch --log-level warning --workers {WORKERS}"
UVICORN = f"-m uvicorn --workers {WORKERS} --log-level warning --no-access-log"
PEERS = {
    "FastAPI": f"{UVICORN} bench.peers.idiomatic:app",
    "tuned FastAPI": f"{UVICORN} bench.peers.tuned:app",
    "bare ASGI": f"{UVICORN} bench.peers.bare:app",
}


def peers_environment() -> dict[str, str]:
    """What the peers read: asyncpg the database's address, the tokens' check its key."""
    database = settings.DATABASES["default"]
    keys = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD"}
    found = {name: str(database[key]) for key, name in keys.items() if database.get(key)}
    return found | {
        "PGDATABASE": database["NAME"],
        "PEER_JWT_KEY": settings.JWT_SIGNING_KEY,
        "PEER_SECRET_KEY": settings.SECRET_KEY,
    }


def start(command: str, *, peer: bool = False, bind: str = "", **environment: str) -> Server:
    """Start one, and wait until it answers; `bind` is how it takes its address, unless as --port."""
    server = Server(command.split())
    if bind:
        server.command[-2:] = bind.format(port=server.port).split()
    if peer:
        if not PEERS_PYTHON.exists():
            raise SystemExit("Run bench/setup first: it installs the peers.")
        server.command[0] = str(PEERS_PYTHON)
        environment = peers_environment() | environment
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        return asyncio.run(server.start())
    finally:
        os.environ.clear()
        os.environ.update(before)


class Database:
    """The processor time of this database's backends, when they run on this machine."""

    def cpu_s(self) -> float:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
            pids = [pid for (pid,) in cursor.fetchall()]
        return sum(self._of(pid) for pid in pids)

    def _of(self, pid: int) -> float:
        try:
            return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
        except OSError:
            return 0.0


def about() -> str:
    """What a table of figures must say of where it was made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM profiles_profile")
        [dogs] = cursor.fetchone()
        cursor.execute("SELECT version()")
        [version] = cursor.fetchone()
    cores, python = os.cpu_count(), sys.version.split()[0]
    load = os.getloadavg()[0]
    return f"{dogs:,} dogs, {version.split(' (')[0]}, Python {python}, {cores} cores, load {load:.1f} at the start"
