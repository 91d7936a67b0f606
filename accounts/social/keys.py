"""The public keys that a provider signs with, fetched when they are needed and kept in this process.

Not in a cache that other processes write: whoever could write there could sign for the provider.
"""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from functools import cache
from typing import Any

import requests
from jwt import PyJWK
from jwt.exceptions import PyJWTError
from urllib3.exceptions import HTTPError

from pupmatch.lib.problems import Unavailable

# Seconds. Providers change keys every few days, and announce them a day or so ahead.
FRESH = 60 * 60
# Keys that are known go on counting for so long while the provider cannot be reached.
KEPT = 24 * 60 * 60
# A token may name a key that is newer than ours, or none at all: strangers make us look this often.
UNKNOWN_AFTER = 60
PATIENCE = 2.5
REST = 5
MAX_BYTES = 64 * 1024
# Neither `none` nor HS256, by which a public key would be a password that everybody knows.
ALGORITHMS = ("RS256", "ES256")


class ProviderUnavailable(Unavailable):
    """Nobody can say now whether the token is real."""

    default_code = "provider_unavailable"
    default_detail = "Apple or Google does not answer right now; try again in a moment."


class Keys:
    """The keys at one address. Raises ProviderUnavailable, within PATIENCE, where it has to ask."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.known: dict[str, PyJWK] = {}
        self.fetched_at = self.failed_at = self.asked_at = float("-inf")
        self._lock = threading.Lock()
        self._running: Future[dict[str, PyJWK]] | None = None

    def find(self, kid: str) -> PyJWK | None:
        """The key of this name, if the provider has it."""
        now = time.monotonic()
        age, key = now - self.fetched_at, self.known.get(kid)
        if age < (FRESH if key else UNKNOWN_AFTER):
            return key
        try:
            self._refresh(since=now)
        except ProviderUnavailable:
            if key and age < KEPT:
                return key
            raise
        return self.known.get(kid)

    def _refresh(self, *, since: float) -> None:
        """Ask, or wait for whoever is asking already."""
        now = time.monotonic()
        with self._lock:
            if self.fetched_at > since:
                return  # somebody else's question was answered while we came here
            if now - self.failed_at < REST:
                raise ProviderUnavailable
            # One that answers byte by byte is left alone with it.
            if self._running is None or now - self.asked_at > PATIENCE:
                self.asked_at, self._running = now, Future()
                threading.Thread(target=self._ask, args=(self._running,), daemon=True).start()
            running = self._running
        try:
            running.result(timeout=PATIENCE)
        except (OSError, HTTPError, ValueError) as error:
            self.failed_at = time.monotonic()
            raise ProviderUnavailable from error

    def _ask(self, running: "Future[dict[str, PyJWK]]") -> None:
        try:
            found = _read(_fetch(self.url))
            with self._lock:
                self.known, self.fetched_at = found, time.monotonic()
            running.set_result(found)
        except Exception as error:
            running.set_exception(error)
        with self._lock:
            if self._running is running:
                self._running = None


@cache
def keys_at(url: str) -> Keys:
    """The keys at an address of the settings."""
    return Keys(url)


def _fetch(url: str) -> bytes:
    """What is there: no redirect is followed, and no more is read than any set of keys has.

    Raises OSError or HTTPError.
    """
    deadline, body = time.monotonic() + PATIENCE, b""
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    with requests.get(
        url, headers=headers, timeout=PATIENCE, allow_redirects=False, stream=True
    ) as answer:
        if answer.status_code != requests.codes.ok:
            raise OSError(f"status {answer.status_code}")
        while part := answer.raw.read1(8192, decode_content=False):
            body += part
            if len(body) > MAX_BYTES or time.monotonic() > deadline:
                raise OSError("too long")
    return body


def _read(body: bytes) -> dict[str, PyJWK]:
    """The signing keys of a JWK set (RFC 7517), by name. Raises ValueError where there is none."""
    try:
        found = dict(_keys(json.loads(body)["keys"]))
    except (LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("not a set of keys") from error
    if not found:
        raise ValueError("a set without keys")
    return found


def _keys(listed: list[dict[str, Any]]) -> Iterator[tuple[str, PyJWK]]:
    for entry in listed:
        try:
            key = PyJWK.from_dict(entry)
        except PyJWTError:
            continue  # of a kind that nobody knows yet, beside those that we know
        if key.algorithm_name in ALGORITHMS and entry.get("use", "sig") == "sig":
            yield entry["kid"], key
