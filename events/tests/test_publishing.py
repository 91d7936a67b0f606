import datetime
from collections import Counter
from uuid import UUID

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from events import publishing
from events.models import Event, Stream
from events.publishing import BURST, NotRecording, publish, recorded, withdraw
from events.reading import read
from events.tests.people import Refused, happen, numbered, people, person
from pupmatch.lib.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R7.6")]


def test_everybody_has_numbers_of_their_own_from_one_on():
    anna, ben = people(2)
    happen("a", "b", to=[anna])
    happen("c", to=[anna, ben])
    assert numbered(anna) == [(1, "a"), (2, "b"), (3, "c")]
    assert numbered(ben) == [(1, "c")]
    assert Stream.objects.get(user=anna).last_position == 3


def test_one_person_may_be_told_several_things_in_between_others():
    anna, ben = people(2)
    with recorded():
        publish([anna], "a", {})
        publish([ben, anna], "b", {})
        publish([ben], "c", {})
    assert numbered(anna) == [(1, "a"), (2, "b")]
    assert numbered(ben) == [(1, "b"), (2, "c")]


def test_any_number_of_things_may_happen_at_once():
    """More than a statement has parameters for: to one person, and to many."""
    anna, others = person(), people(3)
    with recorded():
        for number in range(17_000):
            publish([anna], "a", {"n": number})
        publish([anna, *others], "b", {}, notifies=True)
    assert Event.objects.filter(stream_id=anna).count() == 17_001
    last = (
        Event.objects.filter(stream_id=anna).order_by("-position").values_list("position", "type")
    )
    assert list(last[:2]) == [(17_001, "b"), (17_000, "a")]
    assert [numbered(other) for other in others] == [[(1, "b")]] * 3


def test_many_people_may_be_told_at_once(monkeypatch):
    monkeypatch.setattr(publishing, "AT_ONCE", 2)
    everybody = people(5)
    for round in (1, 2):
        with recorded():
            publish(everybody, "a", {}, notifies=True)
        assert {numbered(each)[-1] for each in everybody} == {(round, "a")}


def test_nothing_published_writes_nothing():
    with recorded():
        publish([], "a", {})
    assert not Stream.objects.exists()


def test_outside_of_recorded_nothing_can_be_published():
    for attempt in (lambda: publish([person()], "a", {}), lambda: withdraw(person())):
        with pytest.raises(NotRecording):
            attempt()
    happen("a", to=[person()])
    with pytest.raises(NotRecording):
        publish([person()], "b", {})


def test_what_is_rolled_back_was_never_told():
    anna = person()

    @recorded()
    def fail():
        publish([anna], "a", {})
        raise Refused

    with pytest.raises(Refused):
        fail()
    assert numbered(anna) == []
    happen("b", to=[anna])
    assert numbered(anna) == [(1, "b")]


def test_an_inner_block_that_fails_takes_its_own_events_along_and_no_others():
    anna = person()

    @recorded()
    def inner(type_, fails=False):
        publish([anna], type_, {})
        if fails:
            raise Refused

    with recorded():
        publish([anna], "first", {})
        with pytest.raises(Refused):
            inner("dropped", fails=True)
        inner("joined")
        assert numbered(anna) == []  # the outermost block numbers, at its end
        publish([anna], "last", {})
    assert numbered(anna) == [(1, "first"), (2, "joined"), (3, "last")]


def test_an_inner_block_that_fails_in_the_database_leaves_the_outer_one_usable():
    anna = person()

    @recorded()
    def inner():
        publish([anna], "dropped", {})
        Stream.objects.create(user_id=person(), last_position=2**70)

    with recorded():
        with pytest.raises(DatabaseError):
            inner()
        publish([anna], "kept", {})
    assert numbered(anna) == [(1, "kept")]


def test_who_is_withdrawn_is_told_nothing():
    anna, ben = people(2)
    with recorded():
        publish([anna, ben], "a", {})
        withdraw(anna)
    assert numbered(anna) == []
    assert numbered(ben) == [(1, "a")]


def test_ids_and_times_are_stored_to_the_letter():
    anna, at = person(), datetime.datetime(2026, 11, 21, 3, 4, 5, 678901, datetime.UTC)
    data = {"id": anna, "at": at, "position": 7, "nested": {"ids": [anna]}}
    with recorded():
        publish([anna], "a", data)
    [event] = read(anna, 0).events
    assert event.data == {
        "id": str(anna),
        "at": "2026-11-21T03:04:05.678901Z",
        "position": 7,
        "nested": {"ids": [str(anna)]},
    }
    assert timezone.now() - event.at < datetime.timedelta(minutes=1)


def test_events_go_with_the_account():
    anna, ben = people(2)
    happen("a", to=[anna, ben])
    Stream.objects.get(user=anna).user.delete()
    assert list(Event.objects.values_list("stream", flat=True)) == [ben]


# --- Notifications --------------------------------------------------------------------------------


def wants(user_id: UUID) -> UUID:
    Stream.objects.create(user_id=user_id, wants_notifications=True)
    return user_id


def jobs():
    return Counter(
        UUID(job.args["user_id"])
        for job in Job.objects.filter(task_name="notifications.tasks.notify")
    )


@pytest.mark.requirement("R11.1", "R11.2")
def test_who_wants_notifications_gets_one_job_for_a_burst():
    anna = wants(person())
    happen("silent", to=[anna])
    assert jobs() == {}
    happen("silent", "loud", to=[anna], notifies=True)
    happen("loud", to=[anna], notifies=True)
    assert jobs() == {anna: 1}
    # From the first of the transaction on: what notifies is looked for from there.
    assert Stream.objects.get(user=anna).notify_from == 2
    wait = Job.objects.get().scheduled_at - timezone.now()
    assert datetime.timedelta(0) < wait <= BURST


@pytest.mark.requirement("R11.2")
def test_after_the_notification_the_next_event_makes_another_job():
    anna = wants(person())
    happen("loud", to=[anna], notifies=True)
    Stream.objects.filter(user=anna).update(notify_from=None)
    happen("loud", to=[anna], notifies=True)
    assert jobs() == {anna: 2}
    assert Stream.objects.get(user=anna).notify_from == 2


@pytest.mark.requirement("R11.5")
def test_who_wants_none_gets_no_job():
    anna, ben = people(2)
    happen("loud", to=[anna], notifies=True)
    happen("loud", to=[anna, wants(ben)], notifies=True)
    assert jobs() == {ben: 1}
    assert Stream.objects.get(user=anna).notify_from is None


def test_only_those_whom_it_notifies_get_a_job():
    anna, ben = wants(person()), wants(person())
    with recorded():
        publish([anna], "loud", {}, notifies=True)
        publish([ben], "loud", {})
    assert jobs() == {anna: 1}


def test_a_job_is_rolled_back_with_its_event():
    anna = wants(person())

    @transaction.atomic
    def fail():
        happen("loud", to=[anna], notifies=True)
        assert jobs() == {anna: 1}
        raise Refused

    with pytest.raises(Refused):
        fail()
    assert jobs() == {}
    assert Stream.objects.get(user=anna).notify_from is None
