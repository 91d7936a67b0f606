"""A provider of identities on the loopback address: it signs tokens, and shows its keys as it is told."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

CLIENT_ID = "app.pupmatch.example"


def private_key(alg: str, number: int = 0) -> Any:
    """One of several."""
    return _private_key(alg, number)


@cache  # making them is slow
def _private_key(alg: str, number: int) -> Any:
    if alg == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_jwk(kid: str, alg: str, number: int = 0) -> dict:
    algorithm = jwt.get_algorithm_by_name(alg)
    jwk = algorithm.to_jwk(private_key(alg, number).public_key(), as_dict=True)
    return {**jwk, "kid": kid, "alg": alg, "use": "sig"}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        with suppress(OSError):  # whoever asked is gone
            self.server.answers.get(self.path, OpenIdProvider.keys)(self)

    def send(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


class OpenIdProvider(ThreadingHTTPServer):
    """`asked` are the paths that somebody fetched; `answer` is how the keys are shown."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.answers: dict[str, Callable[[Any], None]] = {}
        self.jwks = [public_jwk("one", "RS256")]
        self.stopped = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/keys"

    def answer(self, how: Callable[[Any], None]) -> None:
        self.answers["/keys"] = how

    # --- How the keys are shown -------------------------------------------------------------------

    @staticmethod
    def keys(request: Any) -> None:
        request.send(body=json.dumps({"keys": request.server.jwks}).encode())

    @staticmethod
    def fails(request: Any) -> None:
        request.send(500)

    @staticmethod
    def redirects(request: Any) -> None:
        request.send(302, Location=request.server.url + "/elsewhere")

    @staticmethod
    def sleeps(request: Any) -> None:
        request.server.stopped.wait(10)

    @staticmethod
    def drips(request: Any) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "100000")
        request.end_headers()
        while not request.server.stopped.wait(0.05):
            request.wfile.write(b" ")

    @staticmethod
    def drips_headers(request: Any) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not request.server.stopped.wait(0.05):
            request.wfile.write(b"x")

    @staticmethod
    def floods(request: Any) -> None:
        request.send_response(200)
        request.end_headers()
        for _ in range(40):
            request.wfile.write(b" " * 65536)
        request.wfile.write(json.dumps({"keys": request.server.jwks}).encode())

    @staticmethod
    def hangs_up(request: Any) -> None:
        request.close_connection = True

    @staticmethod
    def says(body: bytes) -> Callable[[Any], None]:
        return lambda request: request.send(body=body)


class Person:
    """Somebody with an account at a provider, who gets tokens from it as an app's SDK would."""

    def __init__(self, server: OpenIdProvider, issuer: str, subject: str, **claims: Any) -> None:
        self.server, self.issuer, self.subject, self.more = server, issuer, subject, claims

    def claims(self, hashed_nonce: str, **claims: Any) -> dict:
        now = int(time.time())
        told = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": self.subject,
            "iat": now,
            "exp": now + 600,
            "nonce": hashed_nonce,
            **self.more,
            **claims,
        }
        return {name: value for name, value in told.items() if value is not ...}

    def token(
        self,
        hashed_nonce: str,
        *,
        alg: str = "RS256",
        kid: str | None = "one",
        key: Any = None,
        headers: dict | None = None,
        **claims: Any,
    ) -> str:
        named = {} if kid is None else {"kid": kid}
        # Not jwt.encode, which makes no tokens that are wrong.
        return jwt.PyJWS().encode(
            json.dumps(self.claims(hashed_nonce, **claims)).encode(),
            private_key(alg) if key is None else key,
            algorithm=alg,
            headers={**named, **(headers or {})},
        )


@contextmanager
def openid_provider() -> Iterator[OpenIdProvider]:
    with OpenIdProvider() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.stopped.set()
            server.shutdown()
            thread.join()
