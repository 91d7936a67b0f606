"""The front with deploy/haproxy.cfg, before two servers that say what they got."""

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.conf import settings

# The pair in RFC 6455, section 1.3; the front compares them.
KEY, ACCEPT = "dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
JUNK = "Bearer junk"
HAPROXY = shutil.which("haproxy", path=f"{os.environ['PATH']}:/usr/local/sbin:/usr/sbin")


def version() -> tuple[int, ...]:
    """Of the HAProxy that is installed."""
    said = subprocess.run([HAPROXY or "haproxy", "-v"], capture_output=True, text=True, check=True)
    return tuple(map(int, re.findall(r"version (\d+)\.(\d+)", said.stdout)[0]))


class Server(ThreadingHTTPServer):
    """Answers with its name and the request's headers; an upgrade with an echo, a bad token with 401."""

    daemon_threads = True

    def __init__(self, name: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.name, self.requests = name, 0
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def handle_error(self, *_: Any) -> None:
        """A front that ends breaks connections."""


class Handler(BaseHTTPRequestHandler):
    """What the servers do."""

    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Say who answers what."""
        self.server.requests += 1
        if self.headers["Upgrade"]:
            self.echo()
            return
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        said = json.dumps({"by": self.server.name, "headers": self.headers.items()}).encode()
        self.send_response(401 if self.headers["Authorization"] == JUNK else 200)
        self.send_header("Content-Length", str(len(said)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(said)

    def do_POST(self) -> None:
        """The same, once the body is there."""
        self.do_GET()

    def do_PUT(self) -> None:
        """As POST."""
        self.do_GET()

    def echo(self) -> None:
        """A tunnel, as a socket is one to the front."""
        self.send_response(101)
        self.send_header("Connection", "Upgrade")
        self.send_header("Upgrade", "websocket")
        self.send_header("Sec-WebSocket-Accept", ACCEPT)
        self.end_headers()
        self.wfile.write(self.connection.recv(1000))
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Nothing."""


class Front:
    """The front and the servers behind it."""

    def __init__(self, web: Server, realtime: Server, proxies: int, **environment: str) -> None:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.web, self.realtime = web, realtime
        self.process = subprocess.Popen(
            [str(HAPROXY), "-db", "-f", str(settings.BASE_DIR / "deploy" / "haproxy.cfg")],
            env={
                "FRONT_ADDRESS": f"127.0.0.1:{self.port}",
                "WEB_ADDRESS": f"127.0.0.1:{web.server_port}",
                "REALTIME_ADDRESS": f"127.0.0.1:{realtime.server_port}",
                "PROXY_COUNT": str(proxies),
                **environment,
            },
            stderr=subprocess.PIPE,
            text=True,
        )
        self.wait()

    def wait(self) -> None:
        """Until it answers, for itself alone."""
        for _ in range(100):
            with suppress(ConnectionError):
                self.ask("/health/front")
                return
            time.sleep(0.05)
        raise TimeoutError("the front did not come up")

    def ask(
        self, path: str, method: str = "GET", body: bytes | None = None, **headers: str
    ) -> tuple[http.client.HTTPResponse, Any]:
        """The answer to one request, and what it says."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer, json.loads(answer.read() or "null")

    def by(self, path: str) -> str:
        """Who answers there."""
        return self.ask(path)[1]["by"]

    def send(self, request: bytes) -> socket.socket:
        """A connection on which this was sent, and nothing read."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connection.sendall(request)
        return connection

    def log(self) -> str:
        """Stop it, and read what it wrote."""
        self.process.terminate()
        return self.process.communicate(timeout=10)[1]


@contextmanager
def fronted(proxies: int = 1, **environment: str) -> Iterator[Front]:
    """A front before two servers."""
    with Server("web") as web, Server("realtime") as realtime:
        front = Front(web, realtime, proxies, **environment)
        try:
            yield front
        finally:
            front.log()
            web.shutdown()
            realtime.shutdown()
