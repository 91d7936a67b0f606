import pytest

from accounts.tests.factories import UserFactory
from events.reading import CursorAhead, CursorExpired
from pupmatch.lib.ids import uuid7
from realtime.feed import PAGE_BYTES, Cursor, page, pages
from realtime.shapes import Reader
from realtime.tests.streams import fill, forget, sign_in, tell

pytestmark = pytest.mark.django_db


def cursor(user, after=0, base="http://testserver/"):
    return Cursor(Reader(user.pk, base), after)


def positions(found):
    return [told.position for told in found.events]


def test_a_page_ends_after_a_hundred_events():
    user = UserFactory()
    fill(user, 105)
    first = page(cursor(user))
    assert (positions(first), first.position, first.has_more) == ([*range(1, 101)], 100, True)
    last = page(cursor(user, 100))
    assert (positions(last), last.position, last.has_more) == ([*range(101, 106)], 105, False)


def test_nothing_has_happened_yet():
    assert page(cursor(UserFactory())) == ([], [], 0, 0, None)


def test_a_page_ends_before_it_holds_too_many_bytes():
    user = UserFactory()
    fill(user, 1)
    tell(user, *["test.happened"] * 9, text="🐶" * (PAGE_BYTES // 16))
    fill(user, 1)
    found, after = [], 0
    while True:
        one = page(cursor(user, after))
        found.append(positions(one))
        after = one.position
        assert sum(len(text.encode()) for text in one.texts) <= PAGE_BYTES
        if not one.has_more:
            break
    assert found == [[1, 2, 3, 4], [5, 6, 7], [8, 9, 10, 11]]


def test_what_is_larger_than_a_page_comes_alone():
    user = UserFactory()
    tell(user, *["test.happened"] * 2, text="x" * PAGE_BYTES)
    first = page(cursor(user))
    assert (positions(first), first.position, first.has_more) == ([1], 1, True)
    assert positions(page(cursor(user, 1))) == [2]


def test_a_full_page_shortens_nobody_elses():
    people = UserFactory.create_batch(2)
    tell(people[0], *["test.happened"] * 5, text="x" * (PAGE_BYTES // 2))
    fill(people[1], 5)
    found = pages([cursor(user) for user in people])
    assert [positions(found[cursor(user)]) for user in people] == [[1], [1, 2, 3, 4, 5]]


def test_cursors_that_lead_nowhere_do_not_disturb_the_others(django_assert_num_queries):
    ahead, late, fine = UserFactory(), UserFactory(), UserFactory()
    for user in (ahead, late, fine):
        fill(user, 3)
    forget(late, until=2)
    cursors = [cursor(ahead, 9), cursor(late, 1), cursor(fine, 1)]
    with django_assert_num_queries(1):
        read = pages(cursors)
    found = [read[one] for one in cursors]
    assert isinstance(found[0].refusal, CursorAhead)
    assert isinstance(found[1].refusal, CursorExpired)
    assert [one.position for one in found] == [3, 3, 3]
    assert positions(found[2]) == [2, 3]
    with pytest.raises(CursorAhead):
        page(cursors[0])


def test_readers_of_one_person_may_stand_at_different_places(django_assert_num_queries):
    user = UserFactory()
    fill(user, 4)
    cursors = [cursor(user, 0), cursor(user, 3), cursor(user, 3, "https://else/"), cursor(user, 4)]
    with django_assert_num_queries(3):
        found = pages(cursors)
    assert [positions(found[one]) for one in cursors] == [[1, 2, 3, 4], [4], [4], []]


def test_a_crowd_is_read_by_one_query(django_assert_num_queries):
    users = UserFactory.create_batch(20)
    for user in users:
        fill(user, 2)
    with django_assert_num_queries(1):
        found = pages([cursor(user, 1) for user in users])
    assert all(positions(one) == [2] for one in found.values())


def test_an_event_is_written_as_the_api_writes_it(api):
    user = UserFactory()
    fill(user, 1)
    (told,) = page(cursor(user)).events
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {sign_in(user).access}")
    assert api.get("/api/v1/events").json()["events"] == [told.as_dict()]
    assert told.as_dict()["at"].endswith("Z")
    data = {"name": "Ünï ☃", "id": uuid7()}
    assert f'"data":{{"name":"Ünï ☃","id":"{data["id"]}"}}' in told._replace(data=data).as_text()
