"""What staff are told on the next page, in a cookie of this host's own."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class HostCookie(CookieStorage):
    """Signed by Django; named so that browsers take it by https from this very host alone."""

    cookie_name = "__Host-messages" if settings.SESSION_COOKIE_SECURE else "messages"


class Messages(FallbackStorage):
    """Django's own: the cookie and, for what is too long for it, the session."""

    storage_classes = (HostCookie, SessionStorage)
