"""Photos that are held leave the addresses that people may have kept."""

from collections.abc import Mapping
from contextlib import suppress
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction

from profiles.images import BOXES
from profiles.models import Photo, Profile
from profiles.photos import store_files
from pupmatch.lib import files


def move_files(photo_id: UUID) -> bool:
    """Give the files of a held photo names that nobody knows, and let the old ones go.

    Not inside a transaction. Harmless to repeat, and to do twice at once; whatever is killed half way
    leaves copies that go within the hour. Released, a photo stays where it is then. Says whether it
    moved; raises what the storage raises.
    """
    photo = Photo.objects.filter(pk=photo_id, held_at__isnull=False).first()
    if photo is None:
        return False
    old = {name: getattr(photo, name).name for name in BOXES}
    new = store_files(_contents(old))
    if _rename(photo, old, new):
        files.purge()
        return True
    files.discard(list(new.values()))
    return False


def _contents(names: Mapping[str, str]) -> dict[str, bytes]:
    contents = {}
    for rendition, name in names.items():
        # What is gone has no address to leave.
        with suppress(FileNotFoundError), default_storage.open(name) as file:
            contents[rendition] = file.read()
    return contents


@transaction.atomic
def _rename(photo: Photo, old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    # The lock of whoever holds, releases and deletes it, and of evidence that keeps its old files.
    Profile.objects.select_for_update(no_key=True).filter(pk=photo.profile_id).first()
    as_it_was = Photo.objects.filter(pk=photo.pk, held_at__isnull=False, **old)
    if not new or not as_it_was.update(**new):
        return False
    files.keep(list(new.values()))
    files.drop(old[name] for name in new)
    return True
