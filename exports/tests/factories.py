"""Exports for tests, made as they are."""

from accounts.models import User
from exports import services
from exports.models import Export


def export_of(user: User) -> Export:
    """One that is ready."""
    export = services.ask(user=user)
    assert services.prepare(export_id=export.pk)
    export.refresh_from_db()
    return export
