import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from profiles.models import Breed, Profile, Prompt
from profiles.tests.factories import (
    BreedFactory,
    ProfileFactory,
    PromptFactory,
)
from pupmatch.lib.models import AuditEntry
from pupmatch.lib.tests.admin_pages import (
    address,
    staff,
    superuser,
)

pytestmark = pytest.mark.django_db


def stored(photo):
    names = [photo.small.name, photo.medium.name, photo.large.name]
    for name in names:
        default_storage.save(name, ContentFile(b"webp"))
    return names


def test_staff_remove_a_bad_photo_even_if_the_profile_is_incomplete_without_it(
    django_capture_on_commit_callbacks,
):
    profile = ProfileFactory(photos=2)
    bad, other = profile.photos.all()
    names = stored(bad)
    client = staff("profiles.view_photo", "profiles.delete_photo")
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(address(bad, "delete"), {"post": "yes"})
    assert answer["Location"] == address(profile, "change")
    profile.refresh_from_db()
    other.refresh_from_db()
    assert (profile.photo_count, profile.is_complete) == (1, False)
    assert other.position == 0
    assert not any(default_storage.exists(name) for name in names)


def test_a_profile_is_deleted_with_its_files(django_capture_on_commit_callbacks):
    profile = ProfileFactory()
    user, names = profile.user, stored(profile.photos.first())
    with django_capture_on_commit_callbacks(execute=True):
        answer = superuser().post(address(profile, "delete"), {"post": "yes"})
    assert answer.status_code == 302
    assert not Profile.objects.exists()
    assert type(user).objects.filter(pk=user.pk).exists()
    assert not any(default_storage.exists(name) for name in names)
    assert AuditEntry.objects.about(profile).get().action == "profile.delete"


def test_staff_reword_or_remove_a_prompt():
    prompt = PromptFactory(question="Rude?", answer="Very.")
    client = superuser()
    client.post(address(prompt, "change"), {"question": "Favourite toy?", "answer": "Very."})
    prompt.refresh_from_db()
    assert prompt.question == "Favourite toy?"
    client.post(address(prompt, "delete"), {"post": "yes"})
    assert not Prompt.objects.exists()
    actions = AuditEntry.objects.about(prompt).values_list("action", "data")
    assert list(actions) == [("prompt.delete", {}), ("prompt.change", {"fields": ["question"]})]


def test_staff_keep_the_list_of_breeds():
    client = superuser()
    assert client.post(address(Breed, "add"), {"name": "Test Poodle"}).status_code == 302
    assert client.post(address(Breed, "add"), {"name": "TEST POODLE"}).status_code == 200
    breed = Breed.objects.get(name="Test Poodle")
    dog = ProfileFactory(breed=breed)
    question = client.get(address(breed, "delete")).content.decode()
    assert "used by profiles" in question
    assert client.post(address(breed, "delete"), {"post": "yes"}).status_code == 200
    dog.delete()
    assert client.post(address(breed, "delete"), {"post": "yes"}).status_code == 302
    assert not Breed.objects.filter(pk=breed.pk).exists()


def test_a_breed_is_found_while_typing():
    BreedFactory(name="Zebra Hound")
    path = "/admin/autocomplete/"
    where = {"app_label": "profiles", "model_name": "profile", "field_name": "breed"}
    results = superuser().get(path, {**where, "term": "zebra"}).json()["results"]
    assert [row["text"] for row in results] == ["Zebra Hound"]
