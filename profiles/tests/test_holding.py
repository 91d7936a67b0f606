"""Photos, bios and prompts that their owner alone sees."""

from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils import timezone

from profiles import services
from profiles.counters import PHOTOS
from profiles.holding import (
    hold_bio,
    hold_photo,
    hold_prompt,
    mark_reviewed,
    release_bio,
    release_photo,
    release_prompt,
)
from profiles.models import Photo, Profile, Prompt
from profiles.services import TooFewPhotos, TooManyPhotos
from profiles.tests.acts import add, delete, ids, is_sound, reorder, send
from profiles.tests.factories import PhotoFactory, ProfileFactory, PromptFactory

ME, PROMPTS = "/api/v1/me/profile", "/api/v1/me/prompts"


@pytest.fixture
def profile(db):
    return ProfileFactory(bio="Digs.")


@pytest.fixture
def mine(client_for, profile):
    return client_for(profile.user)


@pytest.mark.requirement("R2.4", "P3")
class TestPhotos:
    def test_held_and_released_it_is_where_it_was(self, profile):
        PhotoFactory(profile=profile)
        before, photo = ids(profile), profile.photos.all()[1]
        assert hold_photo(photo=photo)
        assert is_sound(profile)
        assert (profile.photo_count, ids(profile)) == (2, before)
        assert release_photo(photo=photo)
        assert is_sound(profile)
        assert (profile.photo_count, ids(profile)) == (3, before)

    def test_both_are_harmless_to_repeat(self, profile):
        photo = profile.photos.first()
        assert [release_photo(photo=photo), hold_photo(photo=photo)] == [False, True]
        at = Photo.objects.get(pk=photo.pk).held_at
        assert not hold_photo(photo=photo)
        assert Photo.objects.get(pk=photo.pk).held_at == at
        assert [release_photo(photo=photo), release_photo(photo=photo)] == [True, False]
        assert is_sound(profile)

    def test_of_two_one_that_is_held_leaves_an_incomplete_profile(self, profile):
        photo = profile.photos.first()
        hold_photo(photo=photo)
        profile.refresh_from_db()
        assert (profile.is_complete, profile.missing) == (False, ["photos"])
        release_photo(photo=photo)
        profile.refresh_from_db()
        assert (profile.is_complete, profile.missing) == (True, [])

    def test_there_is_nothing_to_hold_of_one_that_is_gone(self, profile):
        photo, other = profile.photos.all()
        services.delete_photo(profile=profile, photo=photo, keeps_complete=False)
        assert not hold_photo(photo=photo)
        assert is_sound(profile)
        services.delete_profile(profile=profile)
        for verb in (hold_photo, release_photo, mark_reviewed):
            assert not verb(photo=other)

    def test_it_is_one_of_six(self, profile):
        PhotoFactory.create_batch(4, profile=profile)
        for photo in profile.photos.all()[:3]:
            hold_photo(photo=photo)
        with pytest.raises(TooManyPhotos):
            add(profile)
        assert is_sound(profile)

    def test_it_does_not_make_up_for_one_that_others_see(self, profile):
        hold_photo(photo=PhotoFactory(profile=profile))
        with pytest.raises(TooFewPhotos):
            delete(profile, profile.photos.first())

    def test_its_owner_may_always_delete_it(self, profile):
        photo = PhotoFactory(profile=profile)
        hold_photo(photo=photo)
        delete(profile, photo)
        assert is_sound(profile)
        assert (profile.photo_count, profile.is_complete) == (2, True)

    def test_it_is_put_in_order_with_the_others(self, profile):
        hold_photo(photo=profile.photos.first())
        reorder(profile, ids(profile)[::-1])
        assert is_sound(profile)
        assert [photo.is_held for photo in profile.photos.all()] == [False, True]

    def test_a_count_of_what_others_see_is_right(self, profile):
        hold_photo(photo=PhotoFactory(profile=profile))
        assert not PHOTOS.check(repair=False, batch=10)
        Profile.objects.filter(pk=profile.pk).update(photo_count=3)
        assert PHOTOS.check(repair=True, batch=10) == {"profiles_profile.photo_count": 1}
        assert is_sound(profile)

    def test_staff_look_at_it_once(self, profile):
        photo = profile.photos.first()
        assert [mark_reviewed(photo=photo), mark_reviewed(photo=photo)] == [True, False]
        assert Photo.objects.filter(reviewed_at=None).count() == 1

    @pytest.mark.parametrize("number", range(3))
    def test_at_once_with_whatever_its_owner_does(self, in_parallel, number):
        profile = ProfileFactory(photos=4)
        first, _, third, last = profile.photos.all()
        hold_photo(photo=third)
        results = in_parallel(
            lambda: hold_photo(photo=first),
            lambda: release_photo(photo=third),
            lambda: add(profile),
            lambda: delete(profile, last),
            lambda: hold_photo(photo=last),
            lambda: delete(profile, third),
        )
        assert {type(each) for each in results if isinstance(each, Exception)} <= {TooFewPhotos}
        assert is_sound(profile)


@pytest.mark.requirement("R2.4")
class TestReview:
    def test_afterwards_a_new_photo_is_shown_at_once(self, mine, profile):
        photo = send(mine).json()
        assert (photo["is_held"], Profile.objects.get().photo_count) == (False, 3)
        assert Photo.objects.get(pk=photo["id"]).reviewed_at is None

    def test_before_it_nobody_else_sees_a_new_photo(self, db, client_for, settings):
        settings.PHOTO_REVIEW = "before"
        profile = ProfileFactory(photos=0)
        mine = client_for(profile.user)
        photos = [send(mine).json() for _ in range(2)]
        shown = mine.get(ME).json()
        assert shown["photos"] == photos
        assert [photo["is_held"] for photo in photos] == [True, True]
        assert (shown["is_complete"], shown["missing"]) == (False, ["photos"])
        for photo in profile.photos.all():
            release_photo(photo=photo)
        shown = mine.get(ME).json()
        assert [photo["is_held"] for photo in shown["photos"]] == [False, False]
        assert (shown["is_complete"], shown["missing"]) == (True, [])

    def test_what_was_there_before_counts_as_reviewed(self, profile, monkeypatch):
        migration = import_module("profiles.migrations.0006_photo_review")
        monkeypatch.setattr(migration, "BATCH", 1)
        looked_at = PhotoFactory(profile=profile, reviewed_at=profile.created_at)
        PhotoFactory(profile=profile, created_at=timezone.now() + timedelta(hours=1))
        migration.fill(None, SimpleNamespace(connection=connection))
        assert Photo.objects.filter(reviewed_at=None).count() == 1
        looked_at.refresh_from_db()
        assert looked_at.reviewed_at == profile.created_at


class TestBio:
    def test_others_see_none_until_it_is_released(self, profile):
        assert [hold_bio(profile=profile), hold_bio(profile=profile)] == [True, False]
        profile.refresh_from_db()
        assert (profile.bio, profile.shown_bio, profile.is_bio_held) == ("Digs.", "", True)
        assert [release_bio(profile=profile), release_bio(profile=profile)] == [True, False]
        profile.refresh_from_db()
        assert (profile.shown_bio, profile.is_bio_held) == ("Digs.", False)

    def test_nothing_is_held_of_none(self, profile):
        services.change_profile(profile=profile, bio="")
        assert not hold_bio(profile=profile)
        services.delete_profile(profile=profile)
        assert not hold_bio(profile=profile)
        assert not release_bio(profile=profile)

    @pytest.mark.parametrize(
        ("change", "is_held"),
        [
            ({"bio": "Digs deeper."}, False),
            ({"bio": ""}, False),
            ({"bio": "Digs."}, True),
            ({"name": "Balu"}, True),
            ({}, True),
        ],
    )
    def test_another_one_is_shown(self, mine, profile, change, is_held):
        hold_bio(profile=profile)
        answer = mine.patch(ME, change).json()
        assert answer["is_bio_held"] is is_held
        assert answer["bio"] == change.get("bio", "Digs.")


class TestPrompts:
    def test_held_and_released(self, mine, profile):
        first, second = PromptFactory.create_batch(2, profile=profile)
        assert [hold_prompt(prompt=first), hold_prompt(prompt=first)] == [True, False]
        assert profile.shown_prompts == [second]
        assert [row["is_held"] for row in mine.get(ME).json()["prompts"]] == [True, False]
        assert [release_prompt(prompt=first), release_prompt(prompt=first)] == [True, False]
        assert profile.shown_prompts == [first, second]

    def test_one_that_says_the_same_stays_held(self, mine, profile):
        prompt = PromptFactory(profile=profile, question="Where?", answer="There.")
        hold_prompt(prompt=prompt)
        same = {"question": "Where?", "answer": "There."}
        others = [{"question": "Who?", "answer": "There."}, {"question": "Where?", "answer": "No."}]
        rows = mine.put(PROMPTS, {"prompts": [*others, same, same]}).json()["prompts"]
        assert [row["is_held"] for row in rows] == [False, False, True, True]
        assert rows[2]["id"] == str(prompt.pk)
        assert mine.get(ME).json()["prompts"] == rows

    def test_of_one_that_is_gone_there_is_nothing_to_hold(self, profile):
        prompt = PromptFactory(profile=profile)
        services.set_prompts(profile=profile, prompts=[])
        assert not hold_prompt(prompt=prompt)
        services.delete_profile(profile=profile)
        assert not release_prompt(prompt=prompt)

    @pytest.mark.parametrize("number", range(5))
    def test_held_while_they_are_replaced_it_stays_held(self, in_parallel, number):
        profile = ProfileFactory()
        prompt = PromptFactory(profile=profile)
        words = [{"question": prompt.question, "answer": prompt.answer}]
        held, _ = in_parallel(
            lambda: hold_prompt(prompt=prompt),
            lambda: services.set_prompts(profile=profile, prompts=words),
        )
        assert held is True
        assert Prompt.objects.get().is_held


def test_a_badge_lapses_by_itself(mine, profile):
    for ahead, is_verified in ((None, False), (-1, False), (1, True)):
        until = ahead and timezone.now() + timedelta(seconds=60 * ahead)
        Profile.objects.filter(pk=profile.pk).update(verified_until=until)
        assert mine.get(ME).json()["is_verified"] is is_verified
