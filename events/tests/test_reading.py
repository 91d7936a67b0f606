from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.models import KEPT, Event
from events.reading import PAGE, CursorAhead, CursorExpired, read, read_many
from events.services import forget_expired
from events.tests.people import happen, numbered, people, person

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R7.6")]


def positions(user_id, after):
    return [event.position for event in read(user_id, after).events]


def age(user_id, *, up_to):
    """Let the events up to a position be just too old, and the rest just young enough."""
    old, young = timezone.now() - KEPT - timedelta(minutes=1), timezone.now() - KEPT
    mine = Event.objects.filter(stream=user_id)
    mine.update(at=young + timedelta(minutes=1))
    mine.filter(position__lte=up_to).update(at=old)


def test_a_reader_gets_what_came_after_its_cursor():
    anna = person()
    happen("a", "b", "c", to=[anna])
    for after in range(4):
        stretch = read(anna, after)
        assert [event.position for event in stretch.events] == list(range(after + 1, 4))
        assert (stretch.position, stretch.end, stretch.has_more) == (3, 3, False)


def test_a_long_way_is_gone_in_pages():
    anna = person()
    happen(*["a"] * (2 * PAGE + 5), to=[anna])
    after, pages = 0, []
    while True:
        stretch = read(anna, after)
        pages.append(len(stretch.events))
        after = stretch.position
        if not stretch.has_more:
            break
    assert pages == [PAGE, PAGE, 5]


def test_a_cursor_that_was_never_given_out_is_ahead():
    anna = person()
    with pytest.raises(CursorAhead):
        read(anna, 1)
    assert read(anna, 0).events == []
    happen("a", to=[anna])
    with pytest.raises(CursorAhead):
        read(anna, 2)


def test_many_are_read_by_one_query_and_none_sees_anothers():
    anna, ben, nobody = people(3)
    happen("a", "b", to=[anna])
    happen("c", to=[ben])
    with CaptureQueriesContext(connection) as queries:
        found = read_many({anna: 1, ben: 0, nobody: 0})
    assert len(queries) == 1
    assert {key: [event.type for event in found[key].events] for key in found} == {
        anna: ["b"], ben: ["c"], nobody: [],
    }  # fmt: skip


@pytest.mark.parametrize("kept", [0, 1, 4])
def test_after_a_clearance_each_cursor_is_either_served_or_expired(kept):
    anna, ben, end = person(), person(), 6
    happen(*["a"] * end, to=[anna, ben])
    age(anna, up_to=end - kept)
    assert forget_expired(batch=4) == end - kept
    assert [position for position, _ in numbered(anna)] == list(range(end - kept + 1, end + 1))
    for after in range(end + 1):
        if after < end - kept:
            with pytest.raises(CursorExpired):
                read(anna, after)
        else:
            assert positions(anna, after) == list(range(after + 1, end + 1))
    assert positions(ben, 0) == list(range(1, end + 1))
    with pytest.raises(CursorAhead):
        read(anna, end + 1)
    happen("b", to=[anna])
    assert positions(anna, end) == [end + 1]


def test_a_cursor_whose_next_page_begins_in_a_gap_is_expired():
    anna = person()
    happen(*["a"] * (PAGE + 50), to=[anna])
    age(anna, up_to=1)
    forget_expired()
    with pytest.raises(CursorExpired):
        read(anna, 0)
    assert positions(anna, 1) == list(range(2, PAGE + 2))


def test_there_is_nothing_to_forget_among_what_is_young():
    anna = person()
    happen("a", to=[anna])
    age(anna, up_to=0)
    assert forget_expired() == 0
    assert positions(anna, 0) == [1]


@pytest.mark.django_db(transaction=True)
def test_a_reader_is_never_held_up_by_a_clearance_nor_misled(in_parallel):
    anna = person()
    happen(*["a"] * PAGE, to=[anna])
    age(anna, up_to=PAGE)

    def poll():
        answers = set()
        for _ in range(60):
            try:
                assert positions(anna, 0) == list(range(1, PAGE + 1))
                answers.add("all")
            except CursorExpired:
                answers.add("expired")
        return answers

    cleared, first, second = in_parallel(lambda: forget_expired(batch=1), poll, poll)
    assert cleared == PAGE
    assert first | second <= {"all", "expired"}
    with pytest.raises(CursorExpired):
        read(anna, 0)
