"""What is kept of a deck, for how long, and what is left out when it is read."""

import datetime
import threading

import pytest
from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Block, User
from matching import services
from matching.deck import LOW, first_page, page_after
from matching.models import Candidate, Deck, Like, Pass
from matching.ranking import SIZE, Position
from matching.tasks import forget_old_decks
from matching.tests.towns import crowd, viewer_among
from profiles.cells import snap
from profiles.models import Preferences, Profile
from profiles.services import set_location
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.tests.plans import plans_inside

pytestmark = pytest.mark.django_db

AN_HOUR_AGO = timezone.now() - datetime.timedelta(hours=1)


def fresh(profile):
    """As a request loads it."""
    return Profile.objects.select_related("user__preferences").get(pk=profile.pk)


@pytest.fixture
def viewer():
    """Somebody with more dogs around than a deck holds, none of which is news."""
    dogs = crowd(SIZE + 40)
    Candidate.objects.update(changed_at=AN_HOUR_AGO)
    return viewer_among(dogs)


def ids(page):
    return [dog.profile_id for dog in page.dogs]


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


def test_who_changed_since_is_on_no_later_page(viewer):
    page = first_page(viewer, 20)
    last = page.dogs[-1]
    following = page_after(viewer, Position(last.score, last.tie), page.as_of, 20)
    changed = Profile.objects.get(pk=ids(following)[0])
    Preferences.objects.filter(user=changed.user).update(min_age=20)
    again = page_after(viewer, Position(last.score, last.tie), page.as_of, 20)
    assert ids(again)[:19] == ids(following)[1:]


def test_an_old_cursor_goes_on_in_the_present(viewer):
    page = first_page(viewer, 20)
    last = page.dogs[-1]
    yesterday = page.as_of - datetime.timedelta(days=1)
    following = page_after(viewer, Position(last.score, last.tie), yesterday, 20)
    assert following.as_of == page.as_of


@pytest.mark.requirement("R4.5")
def test_who_likes_me_comes_first_at_once(viewer):
    last = Deck.objects.get(viewer=kept(viewer)).profile_ids[-1]
    Like.objects.create(liker_id=last, liked=viewer)
    found = first_page(viewer, SIZE).dogs
    [admirer] = [dog for dog in found if dog.profile_id == last]
    assert admirer.points.mutual_interest == 150
    assert admirer.place < 100


def kept(viewer):
    first_page(viewer, 20)
    return viewer


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


# --- Page by page ---------------------------------------------------------------------------------


def pages(viewer, limit, between=lambda: None):
    """All ids, page by page, doing something between two pages."""
    page = first_page(viewer, limit)
    found = ids(page)
    while page.has_further:
        between()
        last = page.dogs[-1]
        page = page_after(viewer, Position(last.score, last.tie), page.as_of, limit)
        found += ids(page)
    return found


@pytest.mark.requirement("R4.4")
def test_pages_go_on_beyond_what_is_kept(viewer):
    found = pages(viewer, 30)
    assert len(found) == len(set(found)) == SIZE + 39


def test_pages_go_on_when_what_was_kept_is_gone(viewer):
    expected = pages(viewer, 50)
    assert pages(viewer, 50, between=lambda: Deck.objects.all().delete()) == expected


def test_a_first_page_does_not_begin_where_a_later_one_did(viewer):
    whole = pages(viewer, 50)
    assert Deck.objects.get().after_score is not None
    assert ids(first_page(viewer, 50)) == whole[:50]


def test_after_a_change_a_page_goes_on_with_what_fits_now(viewer):
    page = first_page(viewer, 20)
    last = page.dogs[-1]
    Preferences.objects.filter(user=viewer.user).update(min_age=3)
    following = page_after(fresh(viewer), Position(last.score, last.tie), page.as_of, 20)
    assert following.dogs
    ages = Profile.objects.filter(pk__in=ids(following))
    assert all(dog.age >= 3 for dog in ages)
    assert all((-dog.score, dog.tie) > (-last.score, last.tie) for dog in following.dogs)


def test_whoever_asks_while_their_profile_is_going_leaves_nothing(viewer):
    gone = fresh(viewer)
    kept(viewer).user.delete()
    assert not Deck.objects.exists()
    assert first_page(gone, 20).dogs
    Deck.objects.update(as_of=timezone.now() - datetime.timedelta(days=2))
    forget_old_decks()
    assert not Deck.objects.exists()


def test_decks_of_today_stay(viewer):
    kept(viewer)
    forget_old_decks()
    assert Deck.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_deck_that_is_made_while_somebody_comes_back_is_made_again(in_parallel):
    """The one who takes a pass back commits while the other waits to rank."""
    viewer = viewer_among(crowd(5))
    best = Profile.objects.get(pk=ids(first_page(viewer, 20))[0])
    services.pass_on(passer=viewer, passed=best)
    Deck.objects.update(basis="")
    is_dropped, may_commit = threading.Event(), threading.Event()

    def take_back():
        with transaction.atomic():
            services.take_back_pass(passer=viewer, passed=best)
            is_dropped.set()
            may_commit.wait(10)

    def look():
        is_dropped.wait(10)
        threading.Timer(0.3, may_commit.set).start()
        return ids(first_page(viewer, 20))

    _, seen = in_parallel(take_back, look)
    assert best.pk in seen
    assert best.pk in ids(first_page(viewer, 20))


# --- Before it runs dry ---------------------------------------------------------------------------


def test_a_deck_that_runs_low_is_refilled_by_a_worker(viewer, run_jobs):
    Pass.objects.bulk_create(
        Pass(passer=viewer, passed_id=pk) for pk in ids(first_page(viewer, SIZE - LOW - 15))
    )
    for _ in range(3):
        low = first_page(viewer, 20)
    assert run_jobs() == 1
    again = first_page(viewer, 20)
    assert again.as_of > low.as_of
    assert ids(again) == ids(low)
    assert run_jobs() == 0


# --- What it costs --------------------------------------------------------------------------------


def plans(viewer):
    return "\n".join(plans_inside(lambda: first_page(viewer, 20)))


def rows_read(line):
    """How many rows a node of a plan read, in all its loops: `(actual ... rows=1 loops=21)`."""
    rows, loops = line.split("rows=")[-1].rstrip(")").split(" loops=")
    return int(rows) * int(loops)


def test_reading_probes_and_never_loads_a_history(viewer):
    strangers = crowd(500, seed=2)
    deciders = [viewer, *crowd(7, seed=3)]
    Pass.objects.bulk_create(
        Pass(passer=each, passed=dog) for each in deciders for dog in strangers[::2]
    )
    Like.objects.bulk_create(
        Like(liker=each, liked=dog) for each in deciders for dog in strangers[1::2]
    )
    Candidate.objects.update(changed_at=AN_HOUR_AGO)
    kept(viewer)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    plan = plans(viewer)
    assert "Seq Scan" not in plan
    assert "hashed" not in plan
    for index in ("like_once", "passes_received", "profiles_profile_pkey", "candidate_by_change"):
        used = [line for line in plan.splitlines() if f" using {index} " in line]
        assert used, f"{index}\n{plan}"
        assert max(map(rows_read, used)) <= 21, f"{index}\n{plan}"


def test_filling_reads_the_narrow_index_and_no_profile(viewer):
    plan = plans(viewer)
    assert "Index Only Scan using candidate_by_bound" in plan
    filling = plan[: plan.index("FROM matching_deck WHERE viewer_id", plan.index("matching_best"))]
    assert "Seq Scan" not in filling
    dogs = [line for line in filling.splitlines() if "candidate_by_bound" in line]
    assert sum(map(rows_read, dogs)) < 3 * SIZE
