"""Asking for an export, preparing it, and letting it go."""

import secrets
import tempfile
from datetime import timedelta
from typing import IO
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.refusals import SignInEnded
from events.publishing import publish, recorded
from exports.models import Export
from exports.writing import write
from pupmatch.lib import files
from pupmatch.lib.jobs import enqueue
from pupmatch.lib.problems import NotFound

FOLDER = "exports"


@transaction.atomic
def ask(*, user: User) -> Export:
    """Have everything about a person put together, anew where it was before.

    While one is being prepared it is the same. Raises SignInEnded when the account went meanwhile.
    """
    # Of two who ask at once, the second finds what the first one asked for.
    if not User.objects.select_for_update(no_key=True).filter(pk=user.pk).exists():
        raise SignInEnded
    export = Export.objects.filter(user=user).first()
    if export is not None and not (export.is_prepared or export.is_given_up):
        return export
    if export is not None:
        export.delete()
        files.purge_after_commit()
    export = Export.objects.create(user=user)
    enqueue("exports.tasks.prepare", export_id=export.pk)
    return export


def of(user: User) -> Export:
    """The one that a person asked for. Raises NotFound without any, and when its time is over."""
    export = Export.objects.filter(user=user).first()
    if export is None or export.is_over:
        raise NotFound("You have not asked for an export, or its time is over: POST asks for one.")
    return export


def prepare(*, export_id: UUID) -> bool:
    """Put an export together; says whether there was anything to do.

    Not inside a transaction. Harmless to repeat and to do twice at once; whatever ends it half way
    leaves nothing behind but a file that goes within the hour.
    """
    export = Export.objects.preparing().filter(pk=export_id).select_related("user").first()
    if export is None:
        return False
    name = f"{files.PRIVATE}{FOLDER}/{secrets.token_urlsafe(16)}.zip"
    # Without a name on the disk: a worker that is killed leaves nothing there.
    with tempfile.TemporaryFile() as file:
        write(export.user, file)
        size = file.tell()
        file.seek(0)
        files.store_stream(name, file)
    if not _finish(export, name, size):
        files.discard([name])
        return False
    return True


@recorded()
def _finish(export: Export, name: str, byte_size: int) -> bool:
    """Hand the file over, unless the person went, or the export was replaced or prepared meanwhile."""
    # The account first, as everybody locks it; or this and an erasure would wait for each other.
    User.objects.select_for_update(no_key=True).filter(pk=export.user_id).first()
    now = timezone.now()
    done = (
        Export.objects.preparing()
        .filter(pk=export.pk)
        .update(prepared_at=now, expires_at=now + Export.KEPT, name=name, byte_size=byte_size)
    )
    if done:
        files.keep([name])
        publish([export.user_id], "account.export_ready", {})
        enqueue("exports.tasks.mail_ready", export_id=export.pk)
    return bool(done)


def fetch(export: Export) -> IO[bytes]:
    """The zip, to be read piece by piece. Raises NotFound when it went this moment."""
    storage, path = files.located(export.name)
    try:
        return storage.open(path)
    except FileNotFoundError as error:
        raise NotFound from error


def forget_old() -> int:
    """Remove exports whose time is over, with their files, and requests that came to nothing."""
    given_up = Export.objects.preparing().filter(
        requested_at__lte=timezone.now() - Export.GIVEN_UP_AFTER - timedelta(days=1)
    )
    removed = Export.objects.over().delete()[0] + given_up.delete()[0]
    files.purge()
    return removed
