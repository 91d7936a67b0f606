"""Files for few eyes: their signed addresses, and that they go as public ones do."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core import signing
from django.core.files.storage import default_storage, storages
from django.db import transaction
from django.utils import timezone

from pupmatch.lib import files, private
from pupmatch.lib.models import DiscardedFile
from pupmatch.lib.policies import FILE

pytestmark = pytest.mark.django_db

CONTENT = b"RIFF\x00\x00\x00\x00WEBP, or so it says"


@pytest.fixture
def name():
    name = private.new_name("papers")
    private.store({name: CONTENT})
    return name


def is_there(name) -> bool:
    return storages["private"].exists(name.removeprefix(files.PRIVATE))


def read(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_private_file_is_in_a_folder_of_its_own(name, settings):
    assert is_there(name)
    assert private.read(name) == CONTENT
    assert not default_storage.exists(name.removeprefix(files.PRIVATE))
    assert not Path(settings.MEDIA_ROOT).exists()
    with pytest.raises(ValueError, match="not accessible via a URL"):
        storages["private"].url(name)


def test_nobody_else_on_the_machine_reads_it(name, settings):
    folder = Path(settings.PRIVATE_ROOT)
    *folders, file = sorted(folder.rglob("*"), key=lambda path: len(path.parts))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {stat.S_IMODE(each.stat().st_mode) for each in [folder, *folders]} == {0o700}


def test_its_address_shows_it_to_whoever_has_it_and_to_no_cache(name, api):
    answer = api.get(private.url(name))
    assert answer.status_code == 200
    assert read(answer) == CONTENT
    assert answer["Content-Type"] == "image/webp"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == FILE
    assert answer["Cache-Control"] == "private, no-store"
    assert name.rpartition("/")[2] not in answer["Content-Disposition"]
    assert api.post(private.url(name)).status_code == 405


def test_an_address_expires_after_five_minutes(name, api):
    address = private.url(name)
    with time_machine.travel(timezone.now() + timedelta(minutes=4, seconds=58)):
        assert read(api.get(address)) == CONTENT
    with time_machine.travel(timezone.now() + timedelta(minutes=5, seconds=2)):
        assert api.get(address).status_code == 404


def test_a_forged_address_leads_nowhere(name, api):
    address = private.url(name)
    payload, signed_at, signature = address.rpartition("/")[2].split(":")
    other = signing.dumps("private:papers/other.webp", salt="another purpose")
    for token in (
        f"{payload}:{signed_at}:{signature[:-1]}",
        f"{payload}A:{signed_at}:{signature}",
        f"{payload}:zzzzzz:{signature}",
        signing.dumps(name, salt="another purpose"),
        other.replace(other.split(":")[0], payload),
        "",
        "x",
        "%00",
        "..%2f..%2fetc%2fpasswd",
    ):
        assert api.get(f"/private/{token}").status_code in (400, 404), token


def test_an_address_ends_with_its_file(name, api):
    address = private.url(name)
    DiscardedFile.objects.update(remove_after=timezone.now())
    assert files.purge() == 1
    assert not is_there(name)
    assert api.get(address).status_code == 404


def test_only_webp_is_stored_and_only_under_private_names():
    for name in ("papers/a.webp", "private:papers/a.html"):
        with pytest.raises(ValueError, match="no name from new_name"):
            private.store({name: CONTENT})
    assert not DiscardedFile.objects.exists()


def test_names_are_beyond_guessing():
    names = {private.new_name("papers") for _ in range(50)}
    assert len(names) == 50
    assert all(len(name.rpartition("/")[2]) == 22 + len(".webp") for name in names)


@pytest.mark.django_db(transaction=True)
def test_it_lives_and_goes_with_the_row_that_owns_it():
    kept, dropped = private.new_name("papers"), private.new_name("papers")
    private.store({kept: CONTENT, dropped: CONTENT})
    files.keep([kept])
    with transaction.atomic():
        files.keep([dropped])
        transaction.set_rollback(True)
    with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=1)):
        assert files.purge() == 1
    assert [is_there(name) for name in (kept, dropped)] == [True, False]
    with transaction.atomic():
        DiscardedFile.objects.create(name=kept)
        files.purge_after_commit()
        assert is_there(kept)
    assert not is_there(kept)
    assert not DiscardedFile.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_storing_refuses_to_be_undone_by_a_rollback():
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        private.store({private.new_name("papers"): CONTENT})
