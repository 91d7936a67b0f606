"""Who may open a socket: the right host, origin and subprotocol, and a good ticket."""

from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost, TooManyFieldsSent
from django.utils.http import is_same_domain

from pupmatch.lib.ids import uuid7
from pupmatch.lib.problems import CONTENT_TYPE, document
from realtime.feed import encode
from realtime.http import django_request
from realtime.sockets import Send

SUBPROTOCOL = "pupmatch.v1"
PATH = "/ws"


class Refused(Exception):
    """No socket for this one; an HTTP answer instead."""

    def __init__(self, http_status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.http_status, self.code, self.detail = http_status, code, detail


class InvalidCursor(Exception):
    """`after` is no position."""


class Wish(NamedTuple):
    """What a client that may connect asks for."""

    subprotocol: str | None
    ticket: str
    after: str | None

    def position(self) -> int | None:
        """`after` as a number, None if it was left out. Raises InvalidCursor."""
        if self.after is None:
            return None
        if not (self.after.isascii() and self.after.isdigit() and len(self.after) < 19):
            raise InvalidCursor
        return int(self.after)


def wish(scope: dict[str, Any]) -> Wish:
    """What the client asks for. Raises Refused."""
    if scope["path"] != PATH:
        raise Refused(404, "not_found", "There is nothing here.")
    http_scheme = scope["scheme"].replace("ws", "http")
    request = django_request({**scope, "method": "GET", "scheme": http_scheme})
    try:
        host = request.get_host()
    except DisallowedHost as error:
        raise Refused(400, "invalid", "This host is not ours.") from error
    origin = request.headers.get("Origin")
    if origin is not None and not _is_ours(origin, host, is_secure=request.is_secure()):
        raise Refused(403, "origin_refused", "Pages of other sites open no socket here.")
    offered = scope["subprotocols"]
    if offered and SUBPROTOCOL not in offered:
        raise Refused(400, "unknown_subprotocol", f"Offer {SUBPROTOCOL}.")
    try:
        query = request.GET
    except TooManyFieldsSent as error:
        raise Refused(400, "invalid", "The address has too many parameters.") from error
    return Wish(
        SUBPROTOCOL if offered else None,
        query.get("ticket", ""),
        query.get("after"),
    )


def _is_ours(origin: str, host: str, *, is_secure: bool) -> bool:
    """Whether a page of this origin may connect: one of this host, or listed by the settings.

    Native apps send no origin. The ticket alone says who connects; this keeps out pages that got
    hold of one.
    """
    if origin == f"https://{host}" or (origin == f"http://{host}" and not is_secure):
        return True
    try:
        page = urlsplit(origin)
    except ValueError:
        return False
    trusted = [urlsplit(one) for one in settings.CSRF_TRUSTED_ORIGINS]
    return any(
        page.scheme == one.scheme and is_same_domain(page.netloc, one.netloc.lstrip("*"))
        for one in trusted
    )


async def refuse(send: Send, scope: dict[str, Any], refused: Refused) -> None:
    """Answer in HTTP, where the server can; the status alone otherwise."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    request_id = str(uuid7())
    body = document(
        http_status=refused.http_status,
        code=refused.code,
        detail=refused.detail,
        request_id=request_id,
    )
    headers = [
        (b"content-type", CONTENT_TYPE.encode()),
        (b"x-request-id", request_id.encode()),
        (b"cache-control", b"no-store"),
    ]
    start = {"type": "websocket.http.response.start", "status": refused.http_status}
    await send({**start, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": encode(body).encode()})
