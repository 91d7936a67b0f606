"""What a hot answer costs the web process, beside an earlier checkout of the product.

    python -m bench.hot [--against ../a/worktree] [endpoint …]

In-process, without HTTP: the WSGI application is called with ready-made environments, and its
processor time is what is shown (milliseconds for each request, medians of the blocks); the
database's own is not in it. Each checkout is a child process of its own, and they take turns in
random order, a block of requests each, on the demo town in the database that DATABASE_URL names.
`queries` are counted once for each endpoint.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import time
import uuid
from io import BytesIO
from pathlib import Path

ROUNDS, BLOCK, PEOPLE = 15, 40, 20
ENDPOINTS = (
    "prompt-suggestions", "me/profile", "deck", "conversations", "messages", "playgrounds",
    "like", "send",
)  # fmt: skip


class Caller:
    """Ready-made requests of some people of the demo town."""

    def __init__(self):
        import django

        django.setup()
        from django.core.wsgi import get_wsgi_application

        from accounts.services import open_session
        from messaging.models import Participant
        from profiles.models import Profile

        self.application = get_wsgi_application()
        self.random = random.Random(1)
        sides = Participant.objects.filter(
            conversation__closed_at=None, deleted_at=None, profile__is_complete=True
        ).select_related("profile__user")
        self.people, self.strangers = [], {}
        for side in sides.order_by("pk").distinct()[: 10 * PEOPLE]:
            if len(self.people) == PEOPLE:
                break
            user = side.profile.user
            pair = open_session(user=user, ip_address="127.0.0.1", user_agent="bench")
            self.people.append((pair.access, side.conversation_id))
        self.all = list(
            Profile.objects.filter(is_complete=True, paused_at=None).values_list("pk", flat=True)
        )

    def environ(self, endpoint):
        token, conversation = self.random.choice(self.people)
        path, query, body = f"/api/v1/{endpoint}", "", None
        if endpoint == "messages":
            path = f"/api/v1/conversations/{conversation}/messages"
        elif endpoint == "send":
            path = f"/api/v1/conversations/{conversation}/messages"
            body = {"client_id": str(uuid.uuid4()), "body": "Shall we meet at five, by the oak?"}
        elif endpoint == "playgrounds":
            query = "near=47.62,-122.35&radius_m=20000"
        elif endpoint == "like":
            path, body = "/api/v1/likes", {"profile_id": str(self.random.choice(self.all))}
        sent = json.dumps(body).encode() if body else b""
        return {
            "REQUEST_METHOD": "POST" if body else "GET", "PATH_INFO": path, "QUERY_STRING": query,
            "SCRIPT_NAME": "", "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "127.0.0.1:8000",
            "REMOTE_ADDR": "127.0.0.1", "HTTP_AUTHORIZATION": f"Bearer {token}",
            "HTTP_USER_AGENT": "bench", "HTTP_ACCEPT": "application/json",
            "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(sent)),
            "wsgi.input": BytesIO(sent), "wsgi.url_scheme": "http", "wsgi.errors": sys.stderr,
            "wsgi.version": (1, 0), "wsgi.multithread": True, "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }  # fmt: skip

    def call(self, environ):
        said = []
        answer = self.application(environ, lambda status, headers, *_: said.append(status))
        content = b"".join(answer)
        answer.close()
        return said[0], content

    def block(self, endpoint, number):
        environs = [self.environ(endpoint) for _ in range(number)]
        wall, busy = time.perf_counter(), time.process_time()
        for environ in environs:
            self.call(environ)
        busy, wall = time.process_time() - busy, time.perf_counter() - wall
        return {"cpu": busy / number * 1000, "wall": wall / number * 1000}

    def look(self, endpoint):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        self.call(self.environ(endpoint))
        with CaptureQueriesContext(connection) as queries:
            status, content = self.call(self.environ(endpoint))
        sql = [query["sql"] or "" for query in queries]
        sql = [each for each in sql if not each.startswith(("BEGIN", "COMMIT"))]
        return {"status": status[:3], "bytes": len(content), "queries": len(sql)}


def serve():
    """A child: reads `endpoint number` and answers with figures."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pupmatch.settings")
    os.environ["LOG_LEVEL"] = "ERROR"
    sys.path.insert(0, str(Path.cwd()))
    caller = Caller()
    print("ready", flush=True)
    for line in sys.stdin:
        endpoint, number = json.loads(line)
        answer = caller.block(endpoint, number) if number else caller.look(endpoint)
        print(json.dumps(answer), flush=True)


class Child:
    def __init__(self, folder):
        self.process = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__).resolve()), "--serve"],
            cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.process.stdout.readline()

    def ask(self, endpoint, number):
        print(json.dumps([endpoint, number]), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())


def main():
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--against", type=Path, help="an earlier checkout, migrated alike")
    arguments.add_argument("--rounds", type=int, default=ROUNDS)
    arguments.add_argument("endpoints", nargs="*", default=ENDPOINTS)
    chosen = arguments.parse_args()
    here = Path(__file__).resolve().parent.parent
    children = {"this": Child(here)}
    if chosen.against:
        children["earlier"] = Child(chosen.against)
    print(f"{'endpoint':<18}{'checkout':<10}{'CPU ms':>8}{'wall ms':>9}{'queries':>9}{'bytes':>8}")
    for endpoint in chosen.endpoints:
        found = {name: child.ask(endpoint, 0) for name, child in children.items()}
        blocks = {name: [] for name in children}
        for child in children.values():
            child.ask(endpoint, BLOCK)
        for _ in range(chosen.rounds):
            for name in random.sample(list(children), len(children)):
                blocks[name].append(children[name].ask(endpoint, BLOCK))
        for name, figures in blocks.items():
            cpu, wall = (
                statistics.median(each[what] for each in figures) for what in ("cpu", "wall")
            )
            told = found[name]
            print(
                f"{endpoint:<18}{name:<10}{cpu:8.2f}{wall:9.2f}{told['queries']:9}{told['bytes']:8}"
                f"  {told['status']}",
                flush=True,
            )


if __name__ == "__main__":
    serve() if "--serve" in sys.argv else main()
