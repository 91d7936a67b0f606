"""Asking for everything about me, and getting it."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from accounts.tests.factories import UserFactory
from events.models import Event
from exports import services
from exports.contents import PARTS
from exports.models import Export
from matching.models import Like
from matching.tests.factories import matched
from messaging.holding import hold
from messaging.services import delete_for_me
from messaging.tests.factories import say, sides_of
from moderation.blocking import block
from profiles.tests.acts import add
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.models import DiscardedFile, Job

pytestmark = pytest.mark.django_db

URL = "/api/v1/me/export"


def stored():
    """The files of exports."""
    return sorted((settings.PRIVATE_ROOT / "exports").glob("*"))


def download(client, **headers):
    """The answer, and what was sent, whose file is closed by that."""
    answer = client.get(URL, headers=headers)
    assert answer.status_code == 200, answer
    return answer, answer.getvalue()


def fetched(client):
    """The zip, opened."""
    return zipfile.ZipFile(io.BytesIO(download(client)[1]))


def data(client):
    return json.loads(fetched(client).read("data.json"))["data"]


@pytest.fixture
def export(run_jobs):
    """What somebody gets who asks now."""

    def ask(client):
        assert client.post(URL).status_code == 202
        run_jobs()
        return data(client)

    return ask


def test_an_export_never_asked_for_is_absent(client_for):
    answer = client_for(UserFactory()).get(URL)
    assert (answer.status_code, answer.data["code"]) == (404, "not_found")


def test_it_is_asked_for_prepared_told_and_fetched(client_for, mails):
    user = UserFactory(email_verified_at=timezone.now())
    client = client_for(user)
    for answer in (client.post(URL), client.post(URL), client.get(URL)):
        assert answer.status_code == 202
        assert answer.data["state"] == "preparing"
        assert int(answer["Retry-After"]) > 0
    assert Job.objects.filter(task_name="exports.tasks.prepare").count() == 1
    [mail] = mails()
    assert mail.to == [user.email]
    assert "ready" in mail.subject
    assert Event.objects.filter(stream=user.pk, type="account.export_ready").count() == 1
    answer, content = download(client)
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].startswith('attachment; filename="pupmatch-')
    assert answer["Cache-Control"] == "private, no-store"
    assert int(answer["Content-Length"]) == len(content) == Export.objects.get().byte_size
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    assert set(archive.namelist()) == {"README.txt", "data.json"}
    document = json.loads(archive.read("data.json"))
    assert document["account"] == str(user.pk)
    assert [part.name for part in PARTS] == list(document["data"])
    assert document["data"]["account"][0]["email"] == user.email
    explained = archive.read("README.txt").decode()
    assert all(f"\n{part.name}\n    {part.about}\n" in explained for part in PARTS)


def test_no_address_is_told_that_nobody_has_verified(client_for, mails):
    client_for(UserFactory()).post(URL)
    assert mails() == []


@pytest.mark.parametrize("accept", ["application/zip", "application/json", "*/*"])
def test_it_is_a_zip_whatever_an_app_says_it_takes(client_for, run_jobs, accept):
    client = client_for(UserFactory())
    waiting = client.post(URL, headers={"Accept": accept})
    assert (waiting.status_code, waiting["Content-Type"]) == (202, "application/json")
    run_jobs()
    assert download(client, Accept=accept)[0]["Content-Type"] == "application/zip"


def test_photos_are_in_it_in_the_largest_size_that_is_kept(client_for, export):
    me = ProfileFactory(photos=0)
    photo = add(me)
    client = client_for(me.user)
    [row] = export(client)["photos"]
    with photo.large.open() as file:
        assert fetched(client).read(row["large"]) == file.read()


def test_a_file_that_is_gone_meanwhile_is_left_out(client_for, export):
    me = ProfileFactory()  # its pictures have no files
    client = client_for(me.user)
    assert len(export(client)["photos"]) == 2
    assert not [name for name in fetched(client).namelist() if name.startswith("photos/")]


def test_of_others_it_tells_what_i_was_shown(client_for, export):
    me = ProfileFactory()
    match = matched(me, ProfileFactory(name="Biscuit", bio="A secret of Biscuit's"))
    mine, theirs = sorted(sides_of(match.conversation), key=lambda side: side.profile != me)
    say(theirs, "deleted by me")
    delete_for_me(participant=mine)
    say(theirs, "still here")
    say(mine, "my answer")
    hidden = ProfileFactory(name="Hidden")
    Like.objects.create(liker=hidden, liked=me, comment="blocked since")
    block(blocker=hidden.user, blocked=me)
    found = export(client_for(me.user))
    assert [row["body"] for row in found["messages"]] == ["still here", "my answer"]
    assert found["inbox"][0]["name"] == "Biscuit"
    text = json.dumps(found)
    for word in (
        "deleted by me",
        "secret",
        "Hidden",
        "blocked since",
        str(match.other(me).user_id),
    ):
        assert word not in text


def test_of_a_message_that_is_held_its_author_alone_has_the_words(client_for, export):
    match = matched()
    sides = sides_of(match.conversation)
    hold(message=say(sides[0], "held for now"))
    found = [export(client_for(side.profile.user))["messages"][0]["body"] for side in sides]
    assert found == ["held for now", None]


@pytest.mark.parametrize("standing", ["suspended", "banned"])
def test_whoever_is_barred_gets_it_too(client_for, export, standing):
    now = timezone.now()
    bar = {"suspended_until": now + timedelta(1)} if standing == "suspended" else {"banned_at": now}
    user = UserFactory(is_active=False, **bar)
    assert export(client_for(user))["account"][0]["email"] == user.email


def test_another_replaces_it(client_for, run_jobs):
    client = client_for(UserFactory())
    client.post(URL)
    run_jobs()
    [before] = stored()
    assert client.post(URL).status_code == 202
    assert stored() == []
    assert client.get(URL).status_code == 202
    run_jobs()
    assert stored() not in ([], [before])


def test_after_seven_days_it_is_gone(client_for, export, run_jobs):
    user = UserFactory()
    export(client_for(user))
    with time_machine.travel(timezone.now() + timedelta(days=7, seconds=1)):
        assert client_for(user).get(URL).status_code == 404
        services.forget_old()
    assert stored() == []
    assert not Export.objects.exists()
    assert not DiscardedFile.objects.exists()


def test_one_that_nobody_prepared_stands_in_nobodys_way(client_for, run_jobs):
    user = UserFactory()
    client_for(user).post(URL)
    Job.objects.all().delete()
    with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1)):
        client = client_for(user)
        assert client.post(URL).status_code == 202
        run_jobs()
        assert fetched(client).testzip() is None
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        client_for(user).post(URL)
    with time_machine.travel(timezone.now() + timedelta(days=6)):
        services.forget_old()
        assert client_for(user).get(URL).status_code == 404


@pytest.mark.usefixtures("real_limits")
def test_asking_and_fetching_are_limited(client_for):
    client = client_for(UserFactory())
    assert [client.post(URL).status_code for _ in range(6)] == [202] * 5 + [429]
    assert client.get(URL).status_code == 202


def test_nobody_else_gets_it(client_for, export):
    export(client_for(UserFactory()))
    assert client_for(UserFactory()).get(URL).status_code == 404
