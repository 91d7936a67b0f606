"""Where the admin's sessions are kept: in the database alone, under the digest of their key.

So whoever reads the table, or a copy of it, finds nothing that a browser could show. The key is random, so
it needs neither salt nor a slow hash. No cache stands in front: whoever could write there would say who
is signed in.
"""

import hashlib
from typing import Any

from django.contrib.sessions.backends import db
from django.utils import timezone


def kept(session_key: str) -> str:
    """What stands in the table, whose column holds forty characters."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:40]


class SessionStore(db.SessionStore):
    """Django's: the key is handed to the browser and kept nowhere."""

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
        """Forget it."""
        key = session_key or self.session_key
        if key is not None:
            super().delete(kept(key))
