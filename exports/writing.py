"""The zip: data.json, photos, documents, and a page that explains them. Memory stays small."""

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.template.loader import render_to_string
from django.utils import timezone
from rest_framework.utils.encoders import JSONEncoder

from accounts.models import User
from exports.contents import PARTS
from exports.rows import document_path, photo_path
from profiles.models import Photo
from pupmatch.lib import files
from verification.models import Verification

FORMAT = 1


class Picture(NamedTuple):
    """A stored file, and where it goes."""

    name: str
    path: str


def write(user: User, target: IO[bytes]) -> None:
    """Write everything that is stored about a person, as it stands, into a seekable file.

    Raises OSError where there is no room, and whatever a storage raises that does not answer.
    """
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        _write_text(archive, "README.txt", explanation())
        for picture in _pictures(user):
            # Its owner may have taken it away meanwhile.
            with suppress(FileNotFoundError):
                _copy(archive, picture)
        with archive.open(_entry("data.json"), "w", force_zip64=True) as file:
            for text in _data(user):
                file.write(text.encode())


def explanation() -> str:
    """What README.txt says."""
    return render_to_string("exports/README.txt", {"parts": PARTS})


def _data(user: User) -> Iterator[str]:
    """The document, a row at a time."""
    about = {"format": FORMAT, "made_at": timezone.now(), "account": user.pk}
    yield "{" + "".join(f'"{key}": {_json(value)},\n' for key, value in about.items())
    yield '"data": {'
    for number, part in enumerate(PARTS):
        yield (",\n" if number else "\n") + f'"{part.name}": ['
        for position, row in enumerate(part.rows(user)):
            yield (",\n  " if position else "\n  ") + _json(row)
        yield "]"
    yield "\n}}\n"


def _json(value: object) -> str:
    return json.dumps(value, cls=JSONEncoder, ensure_ascii=False)


def _pictures(user: User) -> Iterator[Picture]:
    for photo in Photo.objects.filter(profile__user=user):
        yield Picture(str(photo.large), photo_path(photo))
    for shown in Verification.objects.filter(profile__user=user).exclude(document=""):
        yield Picture(shown.document, document_path(shown))


def _copy(archive: ZipFile, picture: Picture) -> None:
    storage, path = files.located(picture.name)
    entry = _entry(picture.path, ZIP_STORED)  # it is compressed already
    with storage.open(path) as source, archive.open(entry, "w", force_zip64=True) as target:
        shutil.copyfileobj(source, target, 1 << 18)


def _write_text(archive: ZipFile, path: str, text: str) -> None:
    archive.writestr(_entry(path), text)


def _entry(path: str, compression: int = ZIP_DEFLATED) -> ZipInfo:
    entry = ZipInfo(path, timezone.now().timetuple()[:6])
    entry.compress_type, entry.external_attr = compression, 0o600 << 16
    return entry
