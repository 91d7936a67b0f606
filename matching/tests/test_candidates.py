"""The narrow table follows profiles and preferences, whoever changes them."""

import datetime
import threading
from datetime import UTC

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.utils import timezone

from accounts.models import User
from matching import candidates
from matching.counters import check_counters
from matching.models import Candidate, Place
from profiles import services
from profiles.cells import snap
from profiles.models import Preferences, Profile
from profiles.tests.factories import ProfileFactory

pytestmark = pytest.mark.django_db

ELSEWHERE = snap(Point(16.37, 48.21, srid=4326))
ANYWHERE = snap(Point(2.35, 48.86, srid=4326))


def rows(profile, pk=None):
    assert not list(candidates.wrong())
    return list(Candidate.objects.filter(profile=pk or profile.pk).order_by("is_current"))


def change(**fields):
    return lambda profile: Profile.objects.filter(pk=profile.pk).update(**fields)


def prefer(**fields):
    return lambda profile: Preferences.objects.filter(user=profile.user).update(**fields)


def delete_by_hand(profile):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM profiles_photo WHERE profile_id = %s", [profile.pk])
        cursor.execute("DELETE FROM profiles_profile WHERE id = %s", [profile.pk])


NO_PLACE = {"location": None, "previous_location": None, "location_shows_at": None}
HIDES = {
    "pausing": change(paused_at=timezone.now()),
    "too few photos": change(photo_count=1),
    "no place": change(**NO_PLACE),
    "a ban": lambda profile: User.objects.filter(pk=profile.user_id).update(is_active=False),
    "deletion": lambda profile: profile.delete(),
    "the account's deletion": lambda profile: profile.user.delete(),
    "a deletion by hand": delete_by_hand,
    "no preferences": lambda profile: Preferences.objects.filter(user=profile.user).delete(),
}  # fmt: skip


@pytest.mark.parametrize("what", HIDES)
def test_whoever_is_not_listed_has_no_row(what):
    profile = ProfileFactory()
    pk = profile.pk
    assert len(rows(profile)) == 1
    HIDES[what](profile)
    assert rows(profile, pk) == []


def test_whoever_comes_back_has_one_again():
    profile = ProfileFactory(paused_at=timezone.now())
    assert rows(profile) == []
    change(paused_at=None)(profile)
    assert len(rows(profile)) == 1


CHANGES = {
    "birth_date": change(birth_date=datetime.date(2020, 2, 29)),
    "activity_level": change(activity_level=2),
    "min_age": prefer(min_age=3),
    "max_age": prefer(max_age=7),
}


@pytest.mark.parametrize("column", CHANGES)
def test_what_changes_on_a_profile_changes_here_and_is_news(column):
    profile = ProfileFactory(activity_level=0)
    [before] = rows(profile)
    CHANGES[column](profile)
    [after] = rows(profile)
    assert getattr(after, column) != getattr(before, column)
    assert after.changed_at > before.changed_at


def test_a_move_is_no_news():
    profile = ProfileFactory()
    [before] = rows(profile)
    services.set_location(profile=profile, point=ELSEWHERE)
    was, after = rows(profile)
    # What is known of it stays where others see it, and says nothing of where it leads.
    assert was.changed_at == before.changed_at
    assert after.changed_at < before.changed_at
    services.set_location(profile=profile, point=ANYWHERE)
    again, farther = rows(profile)
    assert (again.place_id, again.changed_at) == (was.place_id, was.changed_at)
    assert farther.changed_at < before.changed_at


@pytest.mark.parametrize("column", ["birth_date", "activity_level", "min_age", "max_age"])
def test_what_changes_of_somebody_on_the_move_is_news_as_of_anybody(column):
    profile = ProfileFactory(activity_level=0)
    services.set_location(profile=profile, point=ELSEWHERE)
    [before, _] = rows(profile)
    CHANGES[column](profile)
    [after, _] = rows(profile)
    assert after.changed_at > before.changed_at


def test_coming_back_on_the_move_is_news_as_of_anybody():
    profile = ProfileFactory()
    services.set_location(profile=profile, point=ELSEWHERE)
    change(paused_at=timezone.now())(profile)
    before = timezone.now()
    change(paused_at=None)(profile)
    assert rows(profile)[0].changed_at > before


def test_being_around_is_no_news():
    profile = ProfileFactory(last_active_at=datetime.datetime(2026, 1, 1, 23, 30, tzinfo=UTC))
    [before] = rows(profile)
    change(last_active_at=datetime.datetime(2026, 1, 2, 0, 30, tzinfo=UTC))(profile)
    [after] = rows(profile)
    assert (before.active_on, after.active_on) == (
        datetime.date(2026, 1, 1),
        datetime.date(2026, 1, 2),
    )
    assert after.changed_at == before.changed_at


def test_a_move_has_a_row_for_each_side_of_its_moment():
    profile = ProfileFactory()
    old = Place.objects.get(pk=rows(profile)[0].place_id)
    services.set_location(profile=profile, point=ELSEWHERE)
    profile.refresh_from_db()
    before, after = rows(profile)
    assert (before.place_id, before.shows_until) == (old.pk, profile.location_shows_at)
    assert (after.place.point, after.shows_from) == (ELSEWHERE, profile.location_shows_at)
    assert after.shows_until is None


@pytest.mark.parametrize("batch", [1, 2, 5000])
def test_what_was_changed_behind_the_triggers_is_found_and_mended(batch, monkeypatch):
    monkeypatch.setattr(candidates, "BATCH", batch)
    lost, stale, fine = ProfileFactory.create_batch(3)
    ghost = ProfileFactory(photos=1)
    Candidate.objects.filter(profile=lost).delete()
    Candidate.objects.filter(profile=stale).update(min_age=9)
    Candidate.objects.filter(profile=fine).update(profile=ghost)
    assert set(candidates.wrong()) == {lost.pk, stale.pk, fine.pk, ghost.pk}
    assert check_counters(repair=True) == {"matching_candidate": 4}
    assert not list(candidates.wrong())


@pytest.mark.django_db(transaction=True)
def test_changes_at_once_of_a_profile_and_its_preferences_are_both_seen():
    """In each pair one change commits while the other waits or has read already."""
    profiles = ProfileFactory.create_batch(8, paused_at=timezone.now())
    barrier = threading.Barrier(2 * len(profiles))

    def at_once(change, profile):
        barrier.wait()
        change(profile)
        connection.close()

    threads = [
        threading.Thread(target=at_once, args=(each, profile))
        for profile in profiles
        for each in (change(paused_at=None), prefer(min_age=4))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [rows(profile)[0].min_age for profile in profiles] == [4] * len(profiles)


def test_dogs_of_one_cell_share_a_place():
    here = ProfileFactory.create_batch(3)
    for profile in here:
        change(location=ELSEWHERE)(profile)
    assert {rows(profile)[0].place_id for profile in here} == {
        Place.objects.get(point=ELSEWHERE).pk
    }
    assert User.objects.count() == 3
