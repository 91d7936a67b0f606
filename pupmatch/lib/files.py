"""Files whose life follows the database: none is lost by a rollback, none outlives its row.

`store` notes the names before it writes, `keep` takes them off the list in the transaction that
refers to them, a trigger on the owning table puts them back when the row goes, and `purge` removes
from storage what is still on the list.
"""

from collections.abc import Mapping
from datetime import timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from pupmatch.lib.models import DiscardedFile

UPLOAD_TIME = timedelta(hours=1)


def store(contents: Mapping[str, bytes]) -> None:
    """Write new files by name. Unless kept within the hour, they are removed again."""
    remove_after = timezone.now() + UPLOAD_TIME
    DiscardedFile.objects.bulk_create(
        DiscardedFile(name=name, remove_after=remove_after) for name in contents
    )
    for name, content in contents.items():
        default_storage.save(name, ContentFile(content))


def keep(names: list[str]) -> None:
    """Take files off the list; call it in the transaction that creates the row that owns them."""
    DiscardedFile.objects.filter(name__in=names).delete()


def purge(batch: int = 500) -> int:
    """Remove every file that is due, and say how many. Safe to run twice at once."""
    removed = 0
    while True:
        with transaction.atomic():
            due = list(
                DiscardedFile.objects.select_for_update(skip_locked=True).filter(
                    remove_after__lte=timezone.now()
                )[:batch]
            )
            for file in due:
                default_storage.delete(file.name)
            DiscardedFile.objects.filter(pk__in=[file.pk for file in due]).delete()
        removed += len(due)
        if len(due) < batch:
            return removed


def purge_after_commit() -> None:
    """Remove due files once the current transaction has committed.

    A storage that is down must not fail a deletion that already happened: what is left on the list
    goes with the next purge.
    """
    transaction.on_commit(purge, robust=True)
