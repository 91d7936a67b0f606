"""Photos in a bucket, by the settings of production, over real HTTP."""

import runpy
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from accounts.tests.factories import UserFactory
from profiles.tests.factories import picture, upload

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R3.1", "R3.4", "R3.6")]

PUBLIC = "https://photos.pupmatch.example/"


@pytest.fixture(scope="module")
def server():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def public_host():
    return "photos.pupmatch.example"


@pytest.fixture
def bucket(server, settings, monkeypatch, public_host):
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    storage = boto3.resource("s3", endpoint_url=server, region_name="us-east-1", **keys)
    bucket = storage.create_bucket(Bucket="dogs")
    for name, value in {
        "S3_BUCKET": "dogs",
        "S3_ENDPOINT_URL": server,
        "S3_REGION": "us-east-1",
        "S3_ACCESS_KEY_ID": "key",
        "S3_SECRET_ACCESS_KEY": "secret",
        "S3_PUBLIC_HOST": public_host,
    }.items():
        monkeypatch.setenv(name, value)
    # The settings as they read that environment, and not a copy of them.
    file = Path(settings.BASE_DIR) / "pupmatch" / "settings.py"
    settings.STORAGES = runpy.run_path(str(file))["STORAGES"]
    yield bucket
    bucket.objects.all().delete()


def keys(bucket):
    return {found.key for found in bucket.objects.all()}


def test_photos_go_to_the_bucket_and_are_read_from_its_public_host(bucket, server, client_for):
    client = client_for(UserFactory())
    client.post("/api/v1/me/profile", {"name": "Balu", "age": 3})
    sent = {"image": upload(picture(1500, 900))}
    photo = client.post("/api/v1/me/photos", sent, format="multipart").json()
    addresses = photo["renditions"].values()
    assert all(address.startswith(PUBLIC) for address in addresses)
    # Nothing is signed: the names themselves cannot be guessed, and stay cacheable.
    assert not any("?" in address for address in addresses)
    assert keys(bucket) == {address.removeprefix(PUBLIC) for address in addresses}
    found = bucket.Object(photo["renditions"]["small"].removeprefix(PUBLIC)).get()
    assert found["ContentType"] == "image/webp"
    assert found["CacheControl"] == "public, max-age=31536000, immutable"
    assert found["Body"].read()[:4] == b"RIFF"
    assert client.get("/api/v1/me/profile").json()["photos"] == [photo]

    assert client.delete(f"/api/v1/me/photos/{photo['id']}").status_code == 204
    assert keys(bucket) == set()


def test_deleting_the_profile_empties_the_bucket(bucket, client_for):
    client = client_for(UserFactory())
    client.post("/api/v1/me/profile", {"name": "Balu", "age": 3})
    for _ in range(2):
        client.post("/api/v1/me/photos", {"image": upload()}, format="multipart")
    assert len(keys(bucket)) == 6
    client.delete("/api/v1/me/profile")
    assert keys(bucket) == set()


@pytest.mark.parametrize("public_host", [""])
def test_without_a_public_host_addresses_lead_to_the_bucket_itself(bucket, server, client_for):
    client = client_for(UserFactory())
    client.post("/api/v1/me/profile", {"name": "Balu", "age": 3})
    photo = client.post("/api/v1/me/photos", {"image": upload()}, format="multipart").json()
    address = photo["renditions"]["small"]
    # Unsigned: a signature would change with every answer, and end.
    assert address.removeprefix(f"{server}/dogs/") in keys(bucket)
