"""Facts about a request that several rooms need."""

import ipaddress
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle


class Caller(NamedTuple):
    """Where a request came from, as far as the sign-in log keeps it."""

    ip_address: str
    user_agent: str


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
        seen = BaseThrottle().get_ident(request)  # type: ignore[arg-type] (either kind has META)
    return str(_address(seen or ""))


def client_network(request: HttpRequest | Request) -> str:
    """What limits are counted for: one IPv4 address, or the /64 that one IPv6 customer has."""
    address = _address(client_ip(request))
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
