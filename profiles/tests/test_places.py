"""Where a dog lives: what is kept, and when others learn of a move."""

from datetime import date, timedelta

import pytest
import time_machine
from django.contrib.gis.geos import Point
from django.utils import timezone

from profiles.cells import snap
from profiles.models import LocationMove, Preferences, Profile
from profiles.services import (
    NoProfile,
    ProfileExists,
    TooManyMoves,
    create_profile,
    delete_profile,
    remove_location,
    set_location,
)
from profiles.tests.factories import ProfileFactory, place
from pupmatch.lib.geo import distance_m

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R8.1", "R8.5")]

HOME, PARK, BEACH = place(47.61), place(47.65), place(47.70)


@pytest.fixture
def clock():
    with time_machine.travel("2026-06-15T12:00Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
def dog(clock):
    return ProfileFactory(location=HOME)


def shown(dog):
    """What others see now: the row's own word, which must be the query's word, too."""
    dog.refresh_from_db()
    now = timezone.now()
    seen = dog.location_shown_at(now)
    for point in (HOME, PARK, BEACH):
        is_there = Profile.objects.shown_within(point, 10, now).filter(pk=dog.pk).exists()
        assert is_there == (seen == point)
    return seen


def own(dog):
    return Profile.objects.get(pk=dog.pk).location


class TestWhatIsKept:
    def test_the_centre_of_the_cell_and_nothing_else(self, dog):
        point = Point(-122.3391, 47.6517, srid=4326)
        assert set_location(profile=dog, point=point) == snap(point) == own(dog)
        assert own(dog) != point
        assert distance_m(point, own(dog)) < 800

    def test_a_place_in_the_same_cell_is_no_move(self, dog):
        before = Profile.objects.filter(pk=dog.pk).values().get()
        nearby = Point(HOME.x + 0.003, HOME.y - 0.002, srid=4326)
        assert set_location(profile=dog, point=nearby) == HOME
        assert Profile.objects.filter(pk=dog.pk).values().get() == before
        assert not LocationMove.objects.exists()

    def test_nor_is_one_less_than_100_metres_beyond_its_edge(self, dog):
        beyond = Point(HOME.x, HOME.y + 0.005 + 90 / 111_200, srid=4326)
        assert snap(beyond) != HOME
        assert set_location(profile=dog, point=beyond) == HOME
        assert not LocationMove.objects.exists()
        farther = Point(HOME.x, HOME.y + 0.005 + 110 / 111_200, srid=4326)
        assert set_location(profile=dog, point=farther) == snap(farther)

    def test_a_move_says_when_and_neither_from_where_nor_to_where(self, dog):
        set_location(profile=dog, point=PARK)
        row = LocationMove.objects.values().get()
        assert set(row) == {"id", "profile_id", "created_at"}

    def test_for_a_profile_that_was_deleted_nothing(self, dog):
        Profile.objects.all().delete()
        for change in (
            lambda: set_location(profile=dog, point=PARK),
            lambda: remove_location(profile=dog),
        ):
            with pytest.raises(NoProfile):
                change()


class TestWhenItShows:
    def test_the_first_place_shows_at_once(self, clock):
        dog = ProfileFactory(location=None)
        set_location(profile=dog, point=HOME)
        assert (own(dog), shown(dog)) == (HOME, HOME)
        assert Profile.objects.get(pk=dog.pk).is_complete
        assert not LocationMove.objects.exists()

    def test_a_move_shows_to_the_owner_at_once_and_to_others_between_half_an_hour_and_one_and_a_half(
        self, dog, clock
    ):
        set_location(profile=dog, point=PARK)
        assert (own(dog), shown(dog)) == (PARK, HOME)
        clock.shift(timedelta(minutes=29, seconds=59))
        assert shown(dog) == HOME
        clock.shift(timedelta(minutes=60, seconds=1))
        assert (own(dog), shown(dog)) == (PARK, PARK)

    def test_the_delay_is_drawn_anew_each_time_from_the_whole_range(self, dog, clock):
        minutes = []
        for number in range(60):
            clock.shift(timedelta(hours=2))
            set_location(profile=dog, point=(HOME, PARK)[number % 2 - 1])
            shows_at = Profile.objects.get(pk=dog.pk).location_shows_at
            minutes.append((shows_at - timezone.now()).total_seconds() / 60)
        assert 30 <= min(minutes) < 45
        assert 75 < max(minutes) <= 90
        assert len(set(minutes)) > 50

    def test_the_old_place_stays_until_the_latest_one_shows(self, dog, clock):
        set_location(profile=dog, point=PARK)
        clock.shift(timedelta(minutes=20))
        set_location(profile=dog, point=BEACH)
        clock.shift(timedelta(minutes=29))
        assert shown(dog) == HOME
        clock.shift(timedelta(minutes=61))
        assert shown(dog) == BEACH

    def test_back_home_before_it_showed_nobody_ever_learns_of_it(self, dog, clock):
        set_location(profile=dog, point=PARK)
        set_location(profile=dog, point=HOME)
        for _ in range(20):
            assert shown(dog) == HOME
            clock.shift(timedelta(minutes=6))

    def test_removing_the_place_takes_it_from_everybody_at_once(self, dog):
        remove_location(profile=dog)
        assert (own(dog), shown(dog)) == (None, None)
        dog.refresh_from_db()
        assert (dog.previous_location, dog.location_shows_at) == (None, None)
        assert not dog.is_complete

    def test_removing_and_setting_within_a_day_is_no_way_around_the_delay(self, dog, clock):
        remove_location(profile=dog)
        clock.shift(timedelta(hours=23, minutes=59))
        remove_location(profile=dog)
        set_location(profile=dog, point=PARK)
        assert (own(dog), shown(dog)) == (PARK, None)
        assert LocationMove.objects.count() == 1
        clock.shift(timedelta(minutes=90))
        assert shown(dog) == PARK

    def test_nor_is_deleting_the_dog_and_making_another(self, dog, clock):
        user = dog.user
        delete_profile(profile=dog)
        clock.shift(timedelta(hours=23))
        another = create_profile(user=user, name="Rex", birth_date=date(2024, 1, 1))
        set_location(profile=another, point=PARK)
        assert (own(another), shown(another)) == (PARK, None)
        delete_profile(profile=another)
        clock.shift(timedelta(days=1))
        third = create_profile(user=user, name="Rex", birth_date=date(2024, 1, 1))
        set_location(profile=third, point=BEACH)
        assert shown(third) == BEACH

    def test_nor_deleting_it_once_its_place_is_gone(self, dog, clock):
        user = dog.user
        remove_location(profile=dog)
        clock.shift(timedelta(hours=1))
        delete_profile(profile=dog)
        another = create_profile(user=user, name="Rex", birth_date=date(2024, 1, 1))
        set_location(profile=another, point=PARK)
        assert shown(another) is None
        preferences = Preferences.objects.get(user=user)
        assert (preferences.place_removed_at, preferences.moved_at) == (None, None)

    def test_since_when_others_see_a_place_is_known(self, dog, clock):
        """Decks leave out whoever was seen to move since, however they move on."""
        begins = dog.location_shows_at
        set_location(profile=dog, point=PARK)
        clock.shift(timedelta(minutes=10))
        set_location(profile=dog, point=BEACH)
        dog.refresh_from_db()
        assert dog.previous_shows_at == begins
        seen_at = dog.location_shows_at
        clock.shift(timedelta(minutes=100))
        set_location(profile=dog, point=HOME)
        dog.refresh_from_db()
        assert (dog.previous_location, dog.previous_shows_at) == (BEACH, seen_at)
        remove_location(profile=dog)
        assert Profile.objects.get(pk=dog.pk).previous_shows_at is None

    def test_a_day_after_the_removal_it_is_a_first_place_again(self, dog, clock):
        remove_location(profile=dog)
        clock.shift(timedelta(days=1))
        set_location(profile=dog, point=PARK)
        assert shown(dog) == PARK
        assert not LocationMove.objects.exists()


@pytest.mark.usefixtures("real_limits")
class TestHowOften:
    def move(self, dog, number):
        return set_location(profile=dog, point=(HOME, PARK)[number % 2])

    def test_a_seventh_move_within_an_hour_is_refused_and_changes_nothing(self, dog, clock):
        for number in range(1, 7):
            self.move(dog, number)
            clock.shift(timedelta(minutes=5))
        before = Profile.objects.filter(pk=dog.pk).values().get()
        with pytest.raises(TooManyMoves) as refusal:
            self.move(dog, 7)
        assert Profile.objects.filter(pk=dog.pk).values().get() == before
        # The first was half an hour ago.
        assert refusal.value.wait == 30 * 60
        assert self.move(dog, 6) == HOME
        clock.shift(timedelta(seconds=30 * 60 - 1))
        with pytest.raises(TooManyMoves) as refusal:
            self.move(dog, 7)
        assert refusal.value.wait == 1
        clock.shift(timedelta(seconds=1))
        assert self.move(dog, 7) == PARK

    def test_the_wait_is_rounded_up(self, dog, clock):
        for number in range(1, 7):
            self.move(dog, number)
        clock.shift(timedelta(minutes=59, seconds=59, milliseconds=600))
        with pytest.raises(TooManyMoves) as refusal:
            self.move(dog, 7)
        assert refusal.value.wait == 1

    def test_removing_in_between_does_not_start_the_count_anew(self, dog):
        for _ in range(6):
            remove_location(profile=dog)
            set_location(profile=dog, point=PARK)
        remove_location(profile=dog)
        with pytest.raises(TooManyMoves):
            set_location(profile=dog, point=PARK)

    def test_nor_does_another_dog(self, dog, clock):
        user = dog.user
        for number in range(1, 7):
            self.move(dog, number)
            clock.shift(timedelta(minutes=1))
        delete_profile(profile=dog)
        another = create_profile(user=user, name="Rex", birth_date=date(2024, 1, 1))
        with pytest.raises(TooManyMoves) as refusal:
            set_location(profile=another, point=PARK)
        assert refusal.value.wait == 54 * 60

    def test_the_limit_scales(self, dog, settings):
        settings.RATE_LIMIT_SCALE = 0.5
        for number in range(1, 4):
            self.move(dog, number)
        with pytest.raises(TooManyMoves):
            self.move(dog, 4)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("real_limits")
def test_of_moves_at_once_six_are_counted(in_parallel):
    dog = ProfileFactory(location=HOME)
    results = in_parallel(
        *[lambda n=n: set_location(profile=dog, point=place(47.7 + n / 20)) for n in range(10)]
    )
    assert sum(isinstance(result, TooManyMoves) for result in results) == 4
    assert dog.moves.count() == 6


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("real_limits")
def test_removals_in_between_make_no_room_for_more(in_parallel):
    dog = ProfileFactory(location=HOME)

    def away_and_back(number):
        remove_location(profile=dog)
        set_location(profile=dog, point=place(47.7 + number / 20))

    results = in_parallel(*[lambda n=n: away_and_back(n) for n in range(10)])
    assert dog.moves.count() == 6
    assert sum(isinstance(result, TooManyMoves) for result in results) >= 4


@pytest.mark.django_db(transaction=True)
def test_a_dog_that_is_made_while_another_goes_is_no_way_around_the_delay(in_parallel):
    for _ in range(8):
        dog = ProfileFactory(location=HOME)
        user = dog.user
        _, made = in_parallel(
            lambda dog=dog: delete_profile(profile=dog),
            lambda user=user: create_profile(user=user, name="Rex", birth_date=date(2024, 1, 1)),
        )
        if isinstance(made, ProfileExists):
            made = create_profile(user=user, name="Rex", birth_date=date(2024, 1, 1))
        set_location(profile=made, point=PARK)
        now = timezone.now()
        assert Profile.objects.get(pk=made.pk).location_shown_at(now) is None
