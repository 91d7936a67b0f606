"""What stands around a town and may fail: ways that can be cut, a bucket, a mail server.

All in threads of the process that tries the town.
"""

import contextlib
import select
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

PIECE = 65536


class Way:
    """A TCP proxy on the loopback, to `port`; it works until it is told otherwise.

    `hang` passes nothing on, in connections that are open or new, and loses nothing either: when it
    opens again, all of it arrives. `refuse` breaks all connections and takes no new ones.
    """

    def __init__(self, port: int) -> None:
        self.target = port
        self.delay_s = 0.0
        self._passes = threading.Event()
        self._passes.set()
        self._listener: socket.socket | None = None
        self._ends: set[socket.socket] = set()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.open()

    def open(self) -> None:
        """Let everything through, as before."""
        self.delay_s = 0.0
        self._passes.set()
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self.port), backlog=512)
            threading.Thread(target=self._take, args=(self._listener,), daemon=True).start()

    def hang(self) -> None:
        """Take whatever comes, and pass nothing on."""
        self._passes.clear()

    def slow(self, seconds: float) -> None:
        """Pass each piece on so much later."""
        self.delay_s = seconds

    def refuse(self) -> None:
        """As if nobody was there."""
        listener, self._listener = self._listener, None
        if listener:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self._passes.set()
        for end in list(self._ends):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _take(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with near:
            self._passes.wait()
            try:
                far = socket.create_connection(("127.0.0.1", self.target), timeout=5)
            except OSError:
                return
            far.settimeout(None)
            with far:
                self._ends |= {near, far}
                try:
                    self._pump(near, far)
                finally:
                    self._ends -= {near, far}

    def _pump(self, near: socket.socket, far: socket.socket) -> None:
        others = {near: far, far: near}
        with contextlib.suppress(OSError):
            while True:
                for end in select.select([near, far], [], [])[0]:
                    piece = end.recv(PIECE)
                    self._passes.wait()
                    if not piece:
                        return
                    if self.delay_s:
                        time.sleep(self.delay_s)
                    others[end].sendall(piece)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    bucket: "Bucket"

    def handle_error(self, *_: Any) -> None:
        """Clients that gave up."""


class Bucket:
    """As much of S3 as photos need; `fails` has it answer everything with 500."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.fails = False
        self._server = _Server(("127.0.0.1", 0), _BucketHandler)
        self._server.bucket = self
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """End."""
        self._server.shutdown()
        self._server.server_close()


class _BucketHandler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"x"')
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _name(self) -> str:
        return unquote(urlsplit(self.path).path).removeprefix("/dogs/")

    def _do(self) -> None:
        if "continue" in self.headers.get("Expect", "").lower():
            self.send_response_only(100)
            self.end_headers()
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        files, name = self.server.bucket.files, self._name()
        if self.server.bucket.fails:
            self._answer(500, b"<Error><Code>InternalError</Code></Error>")
        elif self.command == "PUT":
            files[name] = sent
            self._answer(200)
        elif self.command == "DELETE":
            files.pop(name, None)
            self._answer(204)
        elif name in files:
            self._answer(200, files[name])
        else:
            self._answer(404)

    do_GET = do_HEAD = do_PUT = do_DELETE = _do  # noqa: N815 (names of http.server's)

    def handle_expect_100(self) -> bool:
        """Said once the request is read."""
        return True

    def log_message(self, *_: Any) -> None:
        """Nothing."""


class Post:
    """A mail server; keeps to whom each mail went."""

    def __init__(self) -> None:
        self.received: list[str] = []

        class Handler(_MailHandler):
            post = self

        self._server = _MailServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """End."""
        self._server.shutdown()
        self._server.server_close()


class _MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True


class _MailHandler(socketserver.StreamRequestHandler):
    post: ClassVar[Post]

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            self._say("220 here")
            for line in self._lines():
                word = line[:4].upper()
                if word == b"DATA":
                    self._say("354 go on")
                    mail = b"".join(self._mail())
                    self.post.received.append(str(message_from_bytes(mail)["To"]))
                self._say("221 bye" if word == b"QUIT" else "250 ok")
                if word == b"QUIT":
                    return

    def _lines(self) -> Iterator[bytes]:
        while line := self.rfile.readline():
            yield line

    def _mail(self) -> Iterator[bytes]:
        for line in self._lines():
            if line in (b".\r\n", b".\n"):
                return
            yield line

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())
