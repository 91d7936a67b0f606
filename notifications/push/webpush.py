"""Web Push (RFC 8030, 8188, 8291, 8292), through pywebpush."""

import base64
import json
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import requests
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid
from pywebpush import WebPushException, webpush

from notifications.push import Outcome, Push, Verdict
from notifications.push.http import cut, retry_after, session, timed
from notifications.tokens import is_known_endpoint, subscription

logger = logging.getLogger(__name__)

TTL_S = 24 * 3600


def send(batch: Sequence[Push]) -> list[Outcome]:
    """One request for each push, at the same time."""
    if len(batch) == 1:
        return [_send(batch[0])]
    with ThreadPoolExecutor(len(batch), thread_name_prefix="webpush") as pool:
        return list(pool.map(_send, batch))


def public_key() -> str:
    """The key that a browser subscribes with (`applicationServerKey`)."""
    key = _vapid(settings.VAPID_PRIVATE_KEY).public_key
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


@cache
def _vapid(private_key: str) -> Vapid:
    return Vapid.from_string(private_key)


def _send(push: Push) -> Outcome:
    # A browser's service is one of many, and a failure tells of that subscription alone.
    return timed(lambda: [_asked(push)], 1)[0]._replace(is_outage=False)


def _asked(push: Push) -> Outcome:
    receiver = subscription(push.token)
    # Asked again: the setting may name fewer services than it did at registration.
    if not settings.VAPID_PRIVATE_KEY or not is_known_endpoint(receiver["endpoint"]):
        return Outcome(Verdict.FAILED, detail="no longer pushed to: see WEBPUSH_HOSTS and VAPID")
    try:
        response = webpush(
            receiver,
            data=_body(push),
            vapid_private_key=_vapid(settings.VAPID_PRIVATE_KEY),
            vapid_claims={"sub": settings.VAPID_SUBJECT},
            ttl=TTL_S,
            # Of one topic, only the last waits for a browser that is off.
            headers={"Urgency": "high", "Topic": _topic(push)},
            requests_session=session(),
        )
    except WebPushException as error:
        if not isinstance(error.response, requests.Response):
            return Outcome(Verdict.FAILED, detail=type(error).__name__)
        return _refused(error.response)
    assert isinstance(response, requests.Response)  # noqa: S101 (text is for curl=True alone)
    return Outcome(Verdict.ACCEPTED, status_code=response.status_code)


def _body(push: Push) -> str:
    shown = {"title": push.title, "body": push.body, "badge": push.badge}
    return json.dumps({**shown, "data": push.payload()}, ensure_ascii=False)


def _topic(push: Push) -> str:
    return base64.urlsafe_b64encode(push.id.bytes).rstrip(b"=").decode()


def _refused(response: requests.Response) -> Outcome:
    status = response.status_code
    said = Outcome(Verdict.FAILED, status_code=status, detail=cut(response.text or response.reason))
    if status in (404, 410):
        return said._replace(verdict=Verdict.GONE)
    if status == 429 or status >= 500:
        return said._replace(verdict=Verdict.RETRY, retry_after=retry_after(response))
    if status in (401, 403):
        logger.error("a push service refuses our VAPID key", extra={"status_code": status})
    return said
