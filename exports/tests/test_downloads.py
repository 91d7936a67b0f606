"""Readers of any pace."""

import pytest
import time_machine
from django.utils import timezone

from accounts.tests.factories import UserFactory
from exports import downloads
from exports.tests.factories import export_of
from pupmatch.lib import answers, files

pytestmark = pytest.mark.django_db

URL = "/api/v1/me/export"


# Ending an answer ends the request, and with that the connection to the database.
@pytest.mark.django_db(transaction=True)
def test_one_is_sent_at_a_time_and_the_turn_comes_back_however_it_ends(client_for, monkeypatch):
    monkeypatch.setattr(answers, "MAX_WHOLE_BYTES", 0)
    users = UserFactory.create_batch(2)
    for user in users:
        export_of(user)
    slow, other = map(client_for, users)
    for _ in range(3):
        sending = slow.get(URL)
        assert sending.status_code == 200
        refused = other.get(URL)
        assert (refused.status_code, refused.data["code"]) == (503, "unavailable")
        assert int(refused["Retry-After"]) > 0
        next(sending.streaming_content)
        sending.close()  # as when the connection breaks
        sending.close()
        whole = other.get(URL)
        assert len(whole.getvalue()) == int(whole["Content-Length"])


def test_a_file_that_is_gone_gives_the_turn_back(client_for):
    user = UserFactory()
    export = export_of(user)
    file = downloads.download(export)
    file.close()
    storage, path = files.located(export.name)
    storage.delete(path)
    for _ in range(2):
        assert client_for(user).get(URL).status_code == 404


def test_who_takes_hours_for_a_little_is_cut_off(client_for):
    export = export_of(UserFactory())
    with time_machine.travel(timezone.now(), tick=False) as clock:
        file = downloads.download(export)
        clock.shift(downloads.GRACE_S)
        assert file.read(1)
        clock.shift(export.byte_size / downloads.SLOWEST + 1)
        with pytest.raises(downloads.TooSlow):
            file.read(1)
        file.close()
