"""However much there is, an export takes little memory."""

import os
import sys
import tempfile
import tracemalloc
import zipfile
from uuid import uuid4

import pytest
from django.utils import timezone

from exports.writing import write
from matching.tests.factories import matched
from messaging.models import Message
from profiles.tests.acts import add
from profiles.tests.factories import ProfileFactory

pytestmark = pytest.mark.django_db
MB = 1 << 20


def test_an_export_of_any_size_takes_little_memory(sized, capsys):
    me = ProfileFactory(photos=0)
    photos = [add(me) for _ in range(sized(2, 6))]
    for photo in photos:  # far larger than any photo is
        os.truncate(photo.large.path, sized(10, 170) * MB)
    match, count = matched(me, ProfileFactory()), sized(1000, 200_000)
    Message.objects.bulk_create(
        (
            Message(
                conversation=match.conversation, position=n, sender=me, client_id=uuid4(),
                kind="text", body="woof " * 200, created_at=timezone.now(),
            )
            for n in range(1, count + 1)
        ),
        batch_size=1000,
    )  # fmt: skip
    with tempfile.TemporaryFile() as file:
        tracemalloc.start()
        write(me.user, file)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        size = file.tell()
        file.seek(0)
        with zipfile.ZipFile(file) as archive:
            data = archive.getinfo("data.json").file_size
    with capsys.disabled():
        sizes = f" {size / MB:.0f} MB, {data / MB:.0f} MB of JSON, in {most / MB:.1f} MB of memory "
        sys.stdout.write(sizes)
    assert size > sized(20, 6 * 170) * MB
    assert most < 12 * MB
