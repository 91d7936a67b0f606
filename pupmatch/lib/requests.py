"""Facts about a request that several rooms need."""

from django.conf import settings
from django.http import HttpRequest
from rest_framework.throttling import BaseThrottle


def client_ip(request: HttpRequest) -> str:
    """The caller's address, as the outermost trusted proxy saw it.

    Without trusted proxies (PROXY_COUNT=0) it is the peer's own: a forged X-Forwarded-For says
    nothing. A Unix socket has no address and counts as loopback.
    """
    if settings.PROXY_COUNT == 0:
        return request.META.get("REMOTE_ADDR") or "127.0.0.1"
    return BaseThrottle().get_ident(request) or "127.0.0.1"


def user_agent(request: HttpRequest) -> str:
    """What the client calls itself, cut to what the tables keep."""
    return request.headers.get("User-Agent", "")[:200].replace("\x00", "")
