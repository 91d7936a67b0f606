"""Requests to providers: bounded in time and size, led nowhere else."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from notifications.push import Outcome, Verdict
from notifications.tokens import without_tokens

CONNECT_S = 2.5
READ_S = 4.0
# From the first byte of the answer to the last.
ANSWER_S = 1.5
LONGEST_S = CONNECT_S + READ_S + ANSWER_S
MAX_ANSWER = 1024 * 1024
MAX_DETAIL = 200
# Nobody has us wait longer than this.
MAX_WAIT_S = 6 * 3600.0


class AnswerTooLong(requests.RequestException):
    """More than we read, or slower than we wait."""


class BoundedSession(requests.Session):
    """A session that hands its answers over complete, and gives up on endless ones."""

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """Send it. Redirects are answers: whoever moved is not followed."""
        kwargs |= {"timeout": (CONNECT_S, READ_S), "allow_redirects": False, "stream": True}
        response = super().request(*args, **kwargs)
        try:
            response._content = _content(response)
        except HTTPError as error:  # urllib3's own, which requests turns into its own elsewhere
            response.close()
            raise requests.ConnectionError from error
        except AnswerTooLong:
            response.close()
            raise
        return response


def _content(response: requests.Response) -> bytes:
    found, deadline = bytearray(), time.monotonic() + ANSWER_S
    while part := response.raw.read1(65536, decode_content=False):
        found += part
        if len(found) > MAX_ANSWER or time.monotonic() > deadline:
            raise AnswerTooLong
    return bytes(found)


@cache
def session() -> BoundedSession:
    """One for the process, so that connections are used again."""
    made = BoundedSession()
    # A small answer, packed, may be an endless one.
    made.headers["Accept-Encoding"] = "identity"
    made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("https://", "http://"):
        made.mount(scheme, HTTPAdapter(pool_maxsize=32))
    return made


def timed(ask: Callable[[], list[Outcome]], count: int) -> list[Outcome]:
    """The outcomes, with how long they took; one failure for all `count` when there is no answer."""
    began = time.monotonic()
    try:
        outcomes = ask()
    except requests.RequestException as error:
        # Messages hold addresses, which for browsers are the tokens: the kind of error must do.
        name = type(error).__name__
        outcomes = [Outcome(Verdict.RETRY, detail=name, is_outage=True)] * count
    took = round((time.monotonic() - began) * 1000)
    return [outcome._replace(duration_ms=took) for outcome in outcomes]


def retry_after(response: requests.Response) -> float | None:
    """The seconds that the provider asks us to wait; RFC 9110 allows a number or a date."""
    text = response.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return min(float(text), MAX_WAIT_S)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    seconds = (moment - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), MAX_WAIT_S)


def cut(text: object) -> str:
    """A provider's words, as much of them as is kept and with nobody's token in them."""
    return without_tokens(str(text))[:MAX_DETAIL].replace("\x00", "")
