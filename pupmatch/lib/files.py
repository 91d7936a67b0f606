"""Files whose life follows the database: none is lost by a rollback, none outlives its row.

`store` notes the names before it writes, `keep` takes them off the list in the transaction that
refers to them, a trigger on the owning table puts them back when the row goes, and `purge` removes
from storage what is still on the list.

Something that still needs a file when its owner lets it go says so by `hold`, in a transaction that
keeps the owner's row from going: the file then stays where it is until `let_go`.

A name that starts with `private:` is of a file in the private storage; see `pupmatch.lib.private`.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import IO
from uuid import UUID

from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, default_storage, storages
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from pupmatch.lib.models import DiscardedFile, HeldFile
from pupmatch.lib.outages import is_outage

logger = logging.getLogger(__name__)

PRIVATE = "private:"
UPLOAD_TIME = timedelta(hours=1)
RETRY_AFTER = timedelta(hours=1)


def located(name: str) -> tuple[Storage, str]:
    """The storage that a file is in, and what it is called there."""
    if name.startswith(PRIVATE):
        return storages["private"], name.removeprefix(PRIVATE)
    return default_storage, name


def store(contents: Mapping[str, bytes]) -> None:
    """Write new files by name. Unless kept within the hour, they are removed again.

    Refuses to run inside a transaction: its rollback would take the list away and leave the files.
    """
    _list(contents)
    for name, content in contents.items():
        storage, path = located(name)
        storage.save(path, ContentFile(content))


def store_stream(name: str, file: IO[bytes]) -> None:
    """The same for one file that may be too large for memory; read from where it stands.

    What is there of it is removed at once where the storage fails half way.
    """
    _list([name])
    storage, path = located(name)
    try:
        storage.save(path, File(file))
    except Exception:
        discard([name])
        raise


def _list(names: Iterable[str]) -> None:
    remove_after = timezone.now() + UPLOAD_TIME
    with transaction.atomic(durable=True):
        DiscardedFile.objects.bulk_create(
            DiscardedFile(name=name, remove_after=remove_after) for name in names
        )


def keep(names: list[str]) -> None:
    """Take files off the list; call it in the transaction that creates the row that owns them."""
    DiscardedFile.objects.filter(name__in=names).delete()


def discard(names: list[str]) -> None:
    """Remove stored files that nothing took over, without waiting for the hour to pass."""
    DiscardedFile.objects.filter(name__in=names).update(remove_after=timezone.now())
    purge()


def drop(names: Iterable[str]) -> None:
    """Remove files with the next purge; call it in the transaction whose rows refer to others instead."""
    DiscardedFile.objects.bulk_create(
        [DiscardedFile(name=name, remove_after=timezone.now()) for name in names],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["remove_after"],
    )


def hold(names: Iterable[str], *, holder: UUID) -> None:
    """Have files outlive whatever owns them until the same holder lets them go. Harmless to repeat.

    The caller has locked the owner's row, which still refers to them.
    """
    rows = [HeldFile(name=name, holder=holder) for name in names]
    HeldFile.objects.bulk_create(rows, ignore_conflicts=True)


def let_go(names: Iterable[str], *, holder: UUID) -> None:
    """Need them no longer; what nobody else holds or owns goes with the next purge."""
    HeldFile.objects.filter(name__in=list(names), holder=holder).delete()


def purge(batch: int = 50) -> int:
    """Remove every file that is due and not held, and say how many. Safe to run twice at once.

    One that the storage will not let go of is tried again an hour later. When the storage is away,
    the others wait for the next purge, lest whoever set this one off waits for each of them.
    """
    removed = 0
    is_held = Exists(HeldFile.objects.filter(name=OuterRef("name")))
    while True:
        with transaction.atomic():
            listed = DiscardedFile.objects.select_for_update(skip_locked=True)
            due = list(listed.filter(~is_held, remove_after__lte=timezone.now())[:batch])
            gone, kept = _removed(due)
            DiscardedFile.objects.filter(name__in=gone).delete()
            DiscardedFile.objects.filter(name__in=kept).update(
                remove_after=timezone.now() + RETRY_AFTER
            )
        removed += len(gone)
        if len(due) < batch or len(gone) + len(kept) < len(due):
            return removed


def _removed(due: Iterable[DiscardedFile]) -> tuple[list[str], list[str]]:
    """Those that are gone, and those that would not go; the rest was not tried."""
    gone: list[str] = []
    kept: list[str] = []
    for file in due:
        storage, path = located(file.name)
        try:
            storage.delete(path)
        except Exception as error:  # each storage has its own; none may stop the removal of others
            logger.exception("%s could not be removed from storage", file.name)
            kept.append(file.name)
            if is_outage(error):
                break
        else:
            gone.append(file.name)
    return gone, kept


def purge_after_commit() -> None:
    """Remove due files once the current transaction has committed.

    A storage that is down must not fail a deletion that already happened: what is left on the list
    goes with the next purge.
    """
    transaction.on_commit(purge, robust=True)
