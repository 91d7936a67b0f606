"""A deck page by page, before it runs dry, and what reading it costs."""

import datetime
import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from matching import services
from matching.deck import LOW, first_page, page_after
from matching.models import Candidate, Deck, Like, Pass
from matching.ranking import SIZE, Position
from matching.tasks import forget_old_decks
from matching.tests.towns import AN_HOUR_AGO, crowd, fresh, ids, kept, viewer_among
from profiles.models import Preferences, Profile
from pupmatch.lib.tests.plans import plans_inside

pytestmark = pytest.mark.django_db


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
    # What was kept for others may be so little that all of it is read.
    assert "Seq Scan" not in filling.replace("Seq Scan on matching_deck", "")
    dogs = [line for line in filling.splitlines() if "candidate_by_bound" in line]
    assert sum(map(rows_read, dogs)) < 3 * SIZE
