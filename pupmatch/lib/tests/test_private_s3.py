"""Private files in a bucket of their own, by the settings of production, over real HTTP."""

import runpy
from pathlib import Path

import boto3
import pytest
from django.utils import timezone
from moto.server import ThreadedMotoServer

from pupmatch.lib import files, private
from pupmatch.lib.models import DiscardedFile

pytestmark = pytest.mark.django_db

CONTENT = b"RIFF\x00\x00\x00\x00WEBP, or so it says"


@pytest.fixture(scope="module")
def server():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def buckets(server, settings, monkeypatch):
    """The public one and the private one."""
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    storage = boto3.resource("s3", endpoint_url=server, region_name="us-east-1", **keys)
    made = [storage.create_bucket(Bucket=name) for name in ("dogs", "closed")]
    for name, value in {
        "S3_BUCKET": "dogs",
        "S3_PRIVATE_BUCKET": "closed",
        "S3_ENDPOINT_URL": server,
        "S3_REGION": "us-east-1",
        "S3_ACCESS_KEY_ID": "key",
        "S3_SECRET_ACCESS_KEY": "secret",
        "S3_PUBLIC_HOST": "photos.pupmatch.example",
    }.items():
        monkeypatch.setenv(name, value)
    # The settings as they read that environment, and not a copy of them.
    file = Path(settings.BASE_DIR) / "pupmatch" / "settings.py"
    settings.STORAGES = runpy.run_path(str(file))["STORAGES"]
    return made


def keys(bucket) -> list[str]:
    return [found.key for found in bucket.objects.all()]


def test_private_files_go_to_the_private_bucket_and_are_shown_by_us_alone(buckets, api, settings):
    public, closed = buckets
    name = private.new_name("papers")
    private.store({name: CONTENT})
    assert keys(closed) == [name.removeprefix("private:")]
    assert keys(public) == []
    assert not Path(settings.PRIVATE_ROOT).exists()
    found = closed.Object(name.removeprefix("private:")).get()
    assert found["ContentType"] == "image/webp"
    assert found["CacheControl"] == "private, no-store"

    answer = api.get(private.url(name))
    assert b"".join(answer.streaming_content) == CONTENT
    assert private.read(name) == CONTENT
    assert answer["Cache-Control"] == "private, no-store"

    DiscardedFile.objects.update(remove_after=timezone.now())
    assert files.purge() == 1
    assert keys(closed) == []
    assert api.get(private.url(name)).status_code == 404
