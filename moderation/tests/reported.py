"""Reports for tests, of photos whose files exist."""

from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from moderation.models import Reason
from moderation.reporting import report
from profiles.models import Photo


def about(kind, row, reporter):
    made, _ = report(
        reporter=reporter, subject_type=kind, subject_id=row.pk, reason=Reason.HARASSMENT
    )
    return made


def with_files(profile):
    """The files of its photos, each with its own name in it."""
    for name in names_of(profile):
        default_storage.save(name, ContentFile(name.encode()))
    return profile


def names_of(profile):
    rows = Photo.objects.filter(profile=profile).values_list("small", "medium", "large")
    return [name for row in rows for name in row]


def private_files():
    """What the private storage holds, by what is in it."""
    folder = Path(settings.PRIVATE_ROOT)
    return [path.read_text() for path in folder.rglob("*") if path.is_file()]
