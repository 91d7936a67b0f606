"""What is found in a profile, and what its owner and others then see of it."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageOps

from accounts.tests.factories import UserFactory
from profiles import services
from profiles.holding import release_bio, release_photo, release_prompt
from profiles.models import Photo, Profile
from profiles.tests.factories import ProfileFactory
from profiles.tests.pictures import rendered, saved
from screening import bans
from screening.models import BannedMark, Finding, Response, Term

pytestmark = pytest.mark.django_db

ME, PROMPTS, PHOTOS = "/api/v1/me/profile", "/api/v1/me/prompts", "/api/v1/me/photos"
NUMBER = "Call 206-555-0143"


@pytest.fixture
def profile():
    return ProfileFactory(bio="Digs.")


@pytest.fixture
def mine(client_for, profile):
    return client_for(profile.user)


@pytest.fixture
def theirs(client_for):
    return client_for(ProfileFactory().user)


def found():
    return list(Finding.objects.order_by("pk").values_list("subject_type", "kind", "response"))


def fresh(row):
    return type(row).objects.get(pk=row.pk)


# --- The bio and the name -------------------------------------------------------------------------


@pytest.mark.requirement("R2.1")
def test_a_bio_with_contact_details_waits_for_staff(mine, theirs, profile):
    answer = mine.patch(ME, {"bio": NUMBER})
    assert (answer.status_code, answer.data["bio"], answer.data["is_bio_held"]) == (
        200,
        NUMBER,
        True,
    )
    assert theirs.get(f"/api/v1/profiles/{profile.pk}").data["bio"] == ""
    assert found() == [("profile", "contact", "hold")]
    assert mine.patch(ME, {"bio": "Digs a lot."}).data["is_bio_held"] is False
    assert theirs.get(f"/api/v1/profiles/{profile.pk}").data["bio"] == "Digs a lot."
    assert len(found()) == 1


def test_a_bio_that_staff_showed_stays_shown(profile):
    services.change_profile(profile=profile, bio=NUMBER)
    release_bio(profile=profile)
    services.change_profile(profile=profile, bio=NUMBER, name="Balu")
    assert fresh(profile).bio_held_at is None
    services.change_profile(profile=profile, bio=f"{NUMBER}!")
    assert fresh(profile).bio_held_at


def test_another_held_bio_is_held_anew(profile):
    services.change_profile(profile=profile, bio=NUMBER)
    first = fresh(profile).bio_held_at
    services.change_profile(profile=profile, bio="www.example.com")
    assert fresh(profile).bio_held_at > first
    services.change_profile(profile=profile, paused_at=first)
    assert fresh(profile).bio_held_at


def test_a_new_profile_is_looked_at(client_for):
    user = UserFactory()
    fields = {"name": "Rex www.example.com", "age": 3, "bio": NUMBER}
    answer = client_for(user).post(ME, fields)
    assert answer.status_code == 201, answer.data
    assert answer.data["is_bio_held"]
    assert found() == [("profile", "contact", "hold"), ("profile", "link", "flag")]
    again = client_for(user).post(ME, {**fields, "bio": "bob@gmail.com"})
    assert again.status_code == 409
    assert len(found()) == 2


def test_a_name_is_shown_and_told(profile):
    services.change_profile(profile=profile, name="@rex_barker")
    assert fresh(profile).name == "@rex_barker"
    assert fresh(profile).bio_held_at is None
    assert found() == [("profile", "contact", "flag")]
    services.change_profile(profile=profile, name="@rex_barker")
    assert len(found()) == 1


def test_a_flagged_bio_is_shown(profile):
    Term.objects.create(text="ransom", response=Response.FLAG)
    services.change_profile(profile=profile, bio="A king's ransom")
    assert fresh(profile).bio_held_at is None
    assert found() == [("profile", "term", "flag")]


def test_what_is_not_written_leaves_nothing(profile):
    stale = fresh(profile)
    Profile.objects.filter(pk=profile.pk).delete()
    with pytest.raises(services.NoProfile):
        services.change_profile(profile=stale, bio=NUMBER)
    assert found() == []


# --- Prompts --------------------------------------------------------------------------------------


def put(client, *answers):
    prompts = [{"question": f"How {n}?", "answer": answer} for n, answer in enumerate(answers)]
    return client.put(PROMPTS, {"prompts": prompts}).data["prompts"]


@pytest.mark.requirement("R2.5")
def test_prompts_are_looked_at_one_by_one(mine, theirs, profile):
    shown = put(mine, "Sticks.", NUMBER)
    assert [prompt["is_held"] for prompt in shown] == [False, True]
    seen = theirs.get(f"/api/v1/profiles/{profile.pk}").data["prompts"]
    assert [prompt["answer"] for prompt in seen] == ["Sticks."]
    finding = Finding.objects.get()
    assert (finding.subject_type, finding.subject_id) == ("prompt", profile.prompts.last().pk)


def test_a_question_is_looked_at_too(mine):
    question = {"question": "www.example.com?", "answer": "Yes."}
    assert mine.put(PROMPTS, {"prompts": [question]}).data["prompts"][0]["is_held"]


def test_a_prompt_that_staff_showed_stays_shown(mine, profile):
    put(mine, NUMBER)
    release_prompt(prompt=profile.prompts.get())
    assert [prompt["is_held"] for prompt in put(mine, NUMBER, "Sticks.")] == [False, False]
    assert len(found()) == 1
    assert put(mine, f"{NUMBER}!")[0]["is_held"]


# --- Photos ---------------------------------------------------------------------------------------


def photographed(turned=False):
    """Dark and light in large parts."""
    picture = Image.linear_gradient("L").resize((640, 480)).convert("RGB")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((40, 60, 300, 400), fill="navy")
    draw.rectangle((330, 20, 600, 180), fill="gold")
    return ImageOps.mirror(picture) if turned else picture


def upload(client, picture, quality=90):
    content = saved(picture, "JPEG", quality=quality)
    return client.post(PHOTOS, {"image": SimpleUploadedFile("a.jpg", content)}, format="multipart")


@pytest.fixture
def banned():
    decision_id = uuid4()
    hash = rendered(saved(photographed())).perceptual_hash
    bans.mark(kind=BannedMark.Kind.PHOTO, value=hash, decision_id=decision_id)
    return decision_id


@pytest.mark.parametrize("turned", [False, True])
def test_a_banned_photo_waits_for_staff(mine, theirs, profile, banned, turned):
    answer = upload(mine, photographed(turned).resize((320, 240)), quality=40)
    assert (answer.status_code, answer.data["is_held"]) == (201, True)
    photo = Photo.objects.get(pk=answer.data["id"])
    assert photo.reviewed_at is None
    finding = Finding.objects.get()
    assert (finding.kind, finding.response) == ("banned_photo", "hold")
    assert (finding.subject_type, finding.subject_id) == ("photo", photo.pk)
    seen = theirs.get(f"/api/v1/profiles/{profile.pk}").data["photos"]
    assert str(photo.pk) not in {each["id"] for each in seen}
    assert fresh(profile).photo_count == 2
    release_photo(photo=photo)
    assert fresh(profile).photo_count == 3


def test_another_photo_is_shown_and_has_its_hash(mine, banned):
    answer = upload(mine, photographed().rotate(90))
    assert answer.data["is_held"] is False
    assert Photo.objects.get(pk=answer.data["id"]).perceptual_hash is not None
    assert found() == []


def test_a_plain_surface_is_like_no_other(mine, banned):
    answer = upload(mine, Image.new("RGB", (200, 200), "tan"))
    assert answer.data["is_held"] is False
    assert Photo.objects.get(pk=answer.data["id"]).perceptual_hash is None


def test_after_the_decision_is_undone_it_may_come_back(mine, banned):
    bans.unmark(decision_id=banned)
    assert upload(mine, photographed()).data["is_held"] is False
