"""Many write into the same streams at the same instant."""

import random
import threading
import time
from collections import Counter

import pytest
from django.db import transaction

from events.publishing import publish, recorded
from events.reading import read_many
from events.tests.people import Refused, happen, numbered, people

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R7.6")]


WRITERS, ROUNDS, READERS = 16, 15, 6


class Follower:
    """Reads several streams over and over, as the realtime process does."""

    def __init__(self, user_ids):
        self.seen = {user_id: [] for user_id in user_ids}
        self.is_over = threading.Event()

    def poll(self):
        cursors = {user_id: len(seen) for user_id, seen in self.seen.items()}
        for user_id, stretch in read_many(cursors).items():
            stretch.check()
            self.seen[user_id] += [(event.position, event.data["key"]) for event in stretch.events]

    def run(self):
        while not self.is_over.is_set():
            self.poll()
        self.poll()


@pytest.mark.requirement("R7.4")
@pytest.mark.django_db(transaction=True)
def test_sixteen_writers_with_crossing_readers_leave_no_gap_and_no_deadlock(in_parallel):
    readers = people(READERS)
    follower = Follower(readers)
    left = threading.Semaphore(0)
    told = [[] for _ in range(WRITERS)]

    def write(writer):
        dice = random.Random(writer)
        try:
            for number in range(ROUNDS):
                some = dice.sample(readers, dice.randint(1, READERS))
                try:
                    tell(some, f"{writer}/{number}", dice)
                except Refused:
                    continue
                told[writer] += [(user_id, f"{writer}/{number}") for user_id in some]
        finally:
            left.release()

    @transaction.atomic
    def tell(some, key, dice):
        with recorded():
            for user_id in some:
                publish([user_id], "a", {"key": key})
        # Numbered, but late to commit: whoever comes next waits, and some of it never was.
        time.sleep(dice.random() * 0.01)
        if dice.random() < 0.2:
            raise Refused

    def wait_for_all():
        for _ in range(WRITERS):
            left.acquire(timeout=60)
        follower.is_over.set()

    writers = [lambda writer=writer: write(writer) for writer in range(WRITERS)]
    outcomes = in_parallel(follower.run, wait_for_all, *writers)
    assert outcomes == [None] * (WRITERS + 2)
    for user_id in readers:
        seen = follower.seen[user_id]
        assert [position for position, _ in seen] == list(range(1, len(seen) + 1))
        expected = [key for of_one in told for reader, key in of_one if reader == user_id]
        assert Counter(key for _, key in seen) == Counter(expected)
        # Whatever one writer did first comes first.
        for writer in range(WRITERS):
            own = [key for _, key in seen if key.startswith(f"{writer}/")]
            assert own == [key for reader, key in told[writer] if reader == user_id]


@pytest.mark.django_db(transaction=True)
def test_the_first_event_of_somebody_may_be_several_at_once(in_parallel):
    for _ in range(10):
        anna, ben = people(2)
        orders = [[anna, ben], [ben, anna]] * 4
        assert in_parallel(*[lambda to=to: happen("a", to=to) for to in orders]) == [None] * 8
        for user_id in (anna, ben):
            assert [position for position, _ in numbered(user_id)] == list(range(1, 9))
