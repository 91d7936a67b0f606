"""Where the admin's sessions are kept: under the digest of their key.

So whoever reads the table, a copy of it or the cache finds nothing that a browser could show. The key is
random, so it needs neither salt nor a slow hash.
"""

import hashlib
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import cached_db, db
from django.utils import timezone


def kept(session_key: str) -> str:
    """What stands in the table, whose column holds forty characters."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:40]


class Digested(db.SessionStore):
    """For Django's stores: the key is handed to the browser and kept nowhere."""

    cache_key_prefix = cached_db.KEY_PREFIX

    @property
    def cache_key(self) -> str:
        """What it is called in the cache."""
        return self.cache_key_prefix + kept(self._get_or_create_session_key())  # type: ignore[attr-defined]

    def _get_session_from_db(self) -> Any:
        known = self.model.objects.filter(expire_date__gt=timezone.now())
        row = known.filter(session_key=kept(self.session_key or "")).first()
        if row is None:
            self._session_key = None
        return row

    def create_model_instance(self, data: dict) -> Any:
        """The row."""
        row = super().create_model_instance(data)
        row.session_key = kept(row.session_key)
        return row

    def exists(self, session_key: str) -> bool:
        """Whether the key is taken."""
        return super().exists(kept(session_key))

    def delete(self, session_key: str | None = None) -> None:
        """Forget it, in the cache, too."""
        key = session_key or self.session_key
        if key is not None:
            super().delete(kept(key))


Base: Any = cached_db.SessionStore if settings.REDIS_URL else db.SessionStore


class SessionStore(Digested, Base):
    """With the cache in front where there is one."""
