"""Files for few eyes: no public address leads to them, only signed ones that soon expire.

Their names start with `private:` wherever they are written down: in the row that owns one, in a
trigger that discards it, in `pupmatch.lib.files.keep`. So whatever holds for files holds for these.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.files.storage import FileSystemStorage
from django.http import FileResponse, Http404, HttpRequest
from django.urls import reverse
from django.views.decorators.http import require_safe

from pupmatch.lib import files, policies

LIFETIME = timedelta(minutes=5)
SALT = "pupmatch.lib.private"
# All that we ever write; the view says it of every file.
SUFFIX = ".webp"


class PrivateFolder(FileSystemStorage):
    """`settings.PRIVATE_ROOT`: closed to the machine's other users, and without addresses."""

    base_url = None  # type: ignore[assignment]  # without one, `url` raises

    def __init__(self) -> None:
        super().__init__(file_permissions_mode=0o600, directory_permissions_mode=0o700)

    @property
    def location(self) -> str:
        """Read each time, so that it can be changed."""
        return str(settings.PRIVATE_ROOT)


def new_name(folder: str) -> str:
    """A name that nobody can guess, for a WebP file."""
    token = secrets.token_urlsafe(16)
    return f"{files.PRIVATE}{folder}/{token[:2].lower()}/{token}{SUFFIX}"


def store(contents: Mapping[str, bytes]) -> None:
    """Write WebP files under names from `new_name`. Unless kept within the hour, they go again.

    Refuses to run inside a transaction, as `files.store` does. Raises ValueError for other names.
    """
    for name in contents:
        if not (name.startswith(files.PRIVATE) and name.endswith(SUFFIX)):
            raise ValueError(f"{name} is no name from new_name()")
    files.store(contents)


def read(name: str) -> bytes:
    """What is in it; raises OSError where it is gone."""
    storage, path = files.located(name)
    with storage.open(path) as file:
        return file.read()


def url(name: str) -> str:
    """The path at which whoever has it sees the file for the next five minutes."""
    return reverse("private", args=[signing.dumps(name, salt=SALT)])


@require_safe
def view(request: HttpRequest, token: str) -> FileResponse:
    """The file that `url` named, neither kept by anybody on the way nor run by a browser."""
    try:
        storage, path = files.located(signing.loads(token, salt=SALT, max_age=LIFETIME))
        file = storage.open(path)
    except (signing.BadSignature, OSError) as error:  # forged, expired, or gone meanwhile
        raise Http404 from error
    response = FileResponse(file, content_type="image/webp", filename=f"private{SUFFIX}")
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = policies.FILE
    return response
