"""Facts about a request that several rooms need."""

import ipaddress
from contextvars import ContextVar
from typing import NamedTuple, cast

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest
from django.utils.http import parse_header_parameters
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

# What is being served, for what is written deep below: the audit. None in a job.
current_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)


class Utf8(HttpRequest):
    """For requests: their text is UTF-8, whatever charset the header names.

    Django decodes by any codec of Python's: by "zlib" a megabyte would become a gigabyte, and with
    a query string the request would fail before any middleware sees it.
    """

    def _set_content_type_params(self, meta: dict) -> None:
        header = meta.get("CONTENT_TYPE", "")
        try:
            self.content_type, self.content_params = parse_header_parameters(header)
        except (ValueError, LookupError):
            # A parameter in an encoding that nobody knows: no type at all, which views refuse.
            self.content_type, self.content_params = "", {}


class Utf8Request(Utf8, WSGIRequest):
    """A request of the web process."""


class Utf8AsgiRequest(Utf8, ASGIRequest):
    """A request of the realtime process."""


class Caller(NamedTuple):
    """Where a request came from, as far as the sign-in log keeps it."""

    ip_address: str
    user_agent: str


def is_staffs(request: HttpRequest) -> bool:
    """Whether the admin is asked, whose people look at pages and wait for them."""
    return request.path_info.startswith("/admin")


def caller(request: HttpRequest | Request) -> Caller:
    """Where this request came from."""
    return Caller(client_ip(request), user_agent(request))


def client_ip(request: HttpRequest | Request) -> str:
    """The caller's address, as the outermost trusted proxy saw it.

    Without trusted proxies (PROXY_COUNT=0) it is the peer's own: a forged X-Forwarded-For says
    nothing. What is no address, such as a Unix socket's, counts as loopback.
    """
    if settings.PROXY_COUNT == 0:
        seen = request.META.get("REMOTE_ADDR")
    else:
        seen = BaseThrottle().get_ident(cast(Request, request))
    return str(_address(seen or ""))


def client_network(request: HttpRequest | Request) -> str:
    """What limits are counted for, of whoever sends this request."""
    return network_of(client_ip(request))


def network_of(ip_address: str) -> str:
    """What limits are counted for: one IPv4 address, or the /64 that one IPv6 customer has."""
    address = _address(ip_address)
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((int(address), 64), strict=False))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        # A zone (fe80::1%eth0) is the host's own affair, and no type of PostgreSQL holds it.
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ipaddress.IPv4Address("127.0.0.1")
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def user_agent(request: HttpRequest | Request) -> str:
    """What the client calls itself, cut to what the tables keep."""
    return request.headers.get("User-Agent", "")[:200].replace("\x00", "")
