"""What is kept of a deck, for how long, and what is left out when it is read."""

import datetime

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone

from accounts.models import Block, User
from matching import services
from matching.deck import first_page
from matching.models import Candidate, Deck, Like, Pass
from matching.ranking import SIZE
from matching.tests.towns import AN_HOUR_AGO, crowd, fresh, ids, kept, viewer_among
from profiles.cells import snap
from profiles.models import Preferences, Profile
from profiles.services import set_location
from profiles.tests.factories import ProfileFactory

pytestmark = pytest.mark.django_db


def as_of(viewer):
    return Deck.objects.get(viewer=viewer).as_of


# --- How long it is kept --------------------------------------------------------------------------


def test_a_second_look_reads_what_was_kept(viewer, django_assert_num_queries):
    first = first_page(viewer, 20)
    with django_assert_num_queries(1):
        again = first_page(viewer, 20)
    assert again == first
    assert (len(first.dogs), first.has_further) == (20, True)
    assert len(Deck.objects.get(viewer=viewer).profile_ids) == SIZE


@pytest.mark.parametrize(("minutes", "is_kept"), [(9, True), (11, False), (-1, False)])
def test_it_is_kept_for_ten_minutes(viewer, minutes, is_kept):
    first_page(viewer, 20)
    then = timezone.now() - datetime.timedelta(minutes=minutes)
    Deck.objects.update(as_of=then)
    first_page(viewer, 20)
    assert (as_of(viewer) == then) is is_kept


def test_one_that_holds_everybody_is_kept_as_long():
    viewer = viewer_among(crowd(3))
    Candidate.objects.update(changed_at=AN_HOUR_AGO)
    first = first_page(viewer, 20)
    assert (len(first.dogs), first.has_further) == (2, False)
    assert first_page(viewer, 20).as_of == first.as_of


ELSEWHERE = snap(Point(16.37, 48.21, srid=4326))
MY_CHANGES = {
    "place": (Profile, {"location": ELSEWHERE}),
    "birth date": (Profile, {"birth_date": datetime.date(2015, 5, 5)}),
    "own activity": (Profile, {"activity_level": 0}),
    "distance": (Preferences, {"max_distance": 1}),
    "unit": (Preferences, {"distance_unit": "kilometers"}),
    "youngest": (Preferences, {"min_age": 2}),
    "oldest": (Preferences, {"max_age": 9}),
    "wanted activity": (Preferences, {"activity_level": 0}),
}


@pytest.mark.requirement("R2.2", "R10.5")
@pytest.mark.parametrize("what", MY_CHANGES)
def test_what_i_change_shows_at_once(viewer, what):
    first_page(viewer, 20)
    before = as_of(viewer)
    model, fields = MY_CHANGES[what]
    model.objects.filter(**{"pk" if model is Profile else "user": viewer.pk if model is Profile else viewer.user}).update(**fields)  # fmt: skip
    first_page(fresh(viewer), 20)
    assert as_of(viewer) > before


def test_the_next_day_ages_are_others(viewer, time_machine):
    first_page(viewer, 20)
    before = as_of(viewer)
    midnight = datetime.datetime.combine(
        timezone.localdate() + datetime.timedelta(days=1), datetime.time(0, 1), datetime.UTC
    )
    Deck.objects.update(as_of=midnight - datetime.timedelta(minutes=2))
    time_machine.move_to(midnight)
    first_page(fresh(viewer), 20)
    assert as_of(viewer) > before


@pytest.mark.parametrize(("place", "is_news"), [(None, True), (ELSEWHERE, False)])
def test_a_new_dog_is_news_where_it_can_be_met(viewer, place, is_news):
    first_page(viewer, 20)
    before = as_of(viewer)
    ProfileFactory(location=place or viewer.location)
    first_page(viewer, 20)
    assert (as_of(viewer) > before) is is_news


def test_who_would_not_be_in_it_is_no_news(viewer):
    first_page(viewer, 20)
    before = as_of(viewer)
    ProfileFactory(location=viewer.location, preferences__min_age=20)
    first_page(viewer, 20)
    assert as_of(viewer) == before


@pytest.mark.parametrize("leads_here", [True, False])
def test_nobody_can_tell_that_somebody_moves_before_it_shows(viewer, leads_here, time_machine):
    """Not even by a deck that is made anew at that moment: its cursor and ETag would differ."""
    here, away = viewer.location, ELSEWHERE
    mover = ProfileFactory(location=away if leads_here else here)
    Candidate.objects.update(changed_at=AN_HOUR_AGO)
    before = first_page(viewer, 20)
    set_location(profile=mover, point=here if leads_here else away)
    assert first_page(viewer, 20) == before


def test_who_was_seen_to_move_since_waits_for_the_next_deck(viewer):
    best = ids(first_page(viewer, 20))[0]
    a_minute_ago = timezone.now() - datetime.timedelta(minutes=1)
    Deck.objects.update(as_of=a_minute_ago - datetime.timedelta(minutes=1))
    kept = Deck.objects.get()
    Profile.objects.filter(pk=best).update(
        location=ELSEWHERE, previous_location=viewer.location, location_shows_at=a_minute_ago
    )
    after = first_page(viewer, 20)
    assert after.as_of == kept.as_of
    assert best not in ids(after)


def aged(minutes):
    """The deck, as if it were so many minutes older."""
    older = datetime.timedelta(minutes=minutes)
    kept = Deck.objects.get()
    Deck.objects.update(as_of=kept.as_of - older, filled_at=kept.filled_at - older)


def test_whoever_moves_again_does_not_come_back_by_that(viewer):
    """Seen to move a minute ago, they wait for the next deck, whatever they do meanwhile."""
    best = Profile.objects.get(pk=ids(first_page(viewer, 20))[0])
    a_minute_ago = timezone.now() - datetime.timedelta(minutes=1)
    Profile.objects.filter(pk=best.pk).update(
        location=snap(Point(-122.34, 47.62, srid=4326)),
        previous_location=viewer.location,
        location_shows_at=a_minute_ago,
    )
    aged(minutes=5)
    before = first_page(viewer, 20)
    assert best.pk not in ids(before)
    set_location(profile=best, point=ELSEWHERE)
    assert first_page(viewer, 20) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda dog: Profile.objects.filter(pk=dog.pk).update(activity_level=2),
        lambda dog: Preferences.objects.filter(user=dog.user).update(max_age=19),
    ],
    ids=["of the dog", "of its wishes"],
)
def test_a_change_is_no_news_where_somebody_is_on_the_way_to(viewer, change):
    mover = ProfileFactory(location=ELSEWHERE)
    Candidate.objects.update(changed_at=AN_HOUR_AGO)
    before = first_page(viewer, 20)
    change(mover)
    set_location(profile=mover, point=viewer.location)
    assert first_page(viewer, 20) == before
    change(mover)
    Profile.objects.filter(pk=mover.pk).update(activity_level=0)
    assert first_page(viewer, 20) == before


@pytest.mark.parametrize("moves", [False, True])
def test_a_change_is_news_whether_or_not_a_move_follows_or_went_before(viewer, moves):
    mover = ProfileFactory(location=viewer.location, activity_level=0)
    Candidate.objects.update(changed_at=AN_HOUR_AGO)
    for before_the_change in (False, True):
        kept = first_page(viewer, 20).as_of
        aged(minutes=1)
        if moves and before_the_change:
            set_location(profile=mover, point=snap(Point(16.5, 48.3, srid=4326)))
        level = 1 + before_the_change
        Profile.objects.filter(pk=mover.pk).update(activity_level=level)
        if moves and not before_the_change:
            set_location(profile=mover, point=ELSEWHERE)
        assert first_page(viewer, 20).as_of > kept


@pytest.mark.requirement("R4.5")
def test_who_likes_me_comes_first_at_once(viewer):
    last = Deck.objects.get(viewer=kept(viewer)).profile_ids[-1]
    Like.objects.create(liker_id=last, liked=viewer)
    found = first_page(viewer, SIZE).dogs
    [admirer] = [dog for dog in found if dog.profile_id == last]
    assert admirer.points.mutual_interest == 150
    assert admirer.place < 100


# --- Whom it leaves out ---------------------------------------------------------------------------

HIDES = {
    "a like": lambda me, dog: Like.objects.create(liker=me, liked=dog),
    "a pass": lambda me, dog: Pass.objects.create(passer=me, passed=dog),
    "their pass": lambda me, dog: Pass.objects.create(passer=dog, passed=me),
    "a block": lambda me, dog: Block.objects.create(blocker=me.user, blocked=dog.user),
    "their block": lambda me, dog: Block.objects.create(blocker=dog.user, blocked=me.user),
    "a pause": lambda me, dog: Profile.objects.filter(pk=dog.pk).update(paused_at=timezone.now()),
    "photos": lambda me, dog: Profile.objects.filter(pk=dog.pk).update(photo_count=1),
    "a ban": lambda me, dog: User.objects.filter(pk=dog.user_id).update(is_active=False),
    "deletion": lambda me, dog: dog.user.delete(),
}


@pytest.mark.requirement("P11", "R4.2", "R4.3")
@pytest.mark.parametrize("why", HIDES)
def test_whoever_may_not_be_shown_is_left_out_of_a_kept_deck(viewer, why):
    before = first_page(viewer, 20)
    gone = Profile.objects.get(pk=ids(before)[3])
    HIDES[why](viewer, gone)
    Candidate.objects.update(changed_at=AN_HOUR_AGO)
    after = first_page(viewer, 20)
    assert after.as_of == before.as_of
    expected = [pk for pk in ids(before) if pk != ids(before)[3]]
    assert ids(after)[:19] == expected


BRINGS_BACK = {
    "a pass taken back": (
        lambda me, dog: services.pass_on(passer=me, passed=dog),
        lambda me, dog: services.take_back_pass(passer=me, passed=dog),
    ),
    "an unlike": (
        lambda me, dog: services.like(liker=me, liked=dog),
        lambda me, dog: services.unlike(liker=me, liked=dog),
    ),
}


@pytest.mark.parametrize("what", BRINGS_BACK)
def test_whom_i_take_back_is_there_again_at_once(viewer, what):
    decide, take_back = BRINGS_BACK[what]
    best = Profile.objects.get(pk=ids(first_page(viewer, 20))[0])
    decide(viewer, best)
    Deck.objects.update(basis="")
    assert best.pk not in ids(first_page(viewer, 20))
    take_back(viewer, best)
    assert best.pk in ids(first_page(viewer, 20))


# --- Admirers, who are rated wherever they are ----------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"location": snap(Point(115.86, -31.95, srid=4326))},
        {"last_active_at": timezone.now() - datetime.timedelta(days=3000)},
    ],
    ids=["a world away", "years ago"],
)
def test_an_admirer_far_from_here_or_now_breaks_no_deck(viewer, changes):
    admirer = ProfileFactory()
    services.like(liker=admirer, liked=viewer)
    Profile.objects.filter(pk=admirer.pk).update(**changes)
    dogs = [dog.profile_id for dog in first_page(viewer, 20).dogs]
    assert len(dogs) == 20
    assert (admirer.pk in dogs) is ("location" not in changes)
