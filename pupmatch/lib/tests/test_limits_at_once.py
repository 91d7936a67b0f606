"""Limits under eight processes that ask all at once: exact, wherever they are counted."""

import math
import os
import signal
import time
from collections import Counter
from functools import partial

import pytest
import redis

from pupmatch.lib.models import LimitedCaller, RequestCounter
from pupmatch.lib.tests.counting_at_once import REDIS, RedisServer, in_processes, no_redis
from pupmatch.lib.throttling import counting, in_memory, in_redis, limit_of, refusals
from pupmatch.lib.throttling.limits import Kind

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("real_limits"),
    pytest.mark.requirement("R12.3", "P13"),
]

PROCESSES = 8
STORES = [
    "postgresql",
    "memory",
    pytest.param("redis", marks=pytest.mark.skipif(not REDIS, reason="no Redis")),
]


@pytest.fixture(autouse=True)
def rates(settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {
        "walk": (5, 600),
        "talk": (8, 600),
        "run": (3, 1),
    }


@pytest.fixture(params=STORES)
def store(request, settings, monkeypatch):
    """Where requests are counted."""
    # Every refusal asks anew: what is known by heart would spare the counters.
    monkeypatch.setattr(refusals, "AGAIN_S", 0.0)
    if request.param == "memory":
        monkeypatch.setattr(counting, "IN_MEMORY", {"walk", "talk", "run"})
    if request.param != "redis":
        yield request.param
        return
    server = RedisServer().start()
    settings.REDIS_URL = server.url
    yield request.param
    assert in_redis._away_until is None
    server.kill()


def walk(person="rex", scope="walk"):
    return limit_of(scope, Kind.PERSON, f"00000000-0000-4000-8000-{sum(map(ord, person)):012}")


def talk(address="192.0.2.1"):
    return limit_of("talk", Kind.PEOPLE, address)


def passed(limits, requests):
    """How many of so many requests were let through."""
    return sum(counting.count(limits).is_allowed for _ in range(requests))


def test_exactly_as_many_pass_as_may(store, sized):
    requests = sized(25, 2000)
    outcomes = in_processes([partial(passed, [walk()], requests)] * PROCESSES)
    assert sum(outcomes) == 5
    assert counting.count([walk()]).number == 6


def test_no_count_is_lost_in_memory(settings, sized):
    """A slot is written in a microsecond, so that it takes many to see two at once."""
    requests = sized(4000, 100_000)

    def count_on():
        for _ in range(requests):
            in_memory.count([walk()])

    settings.RATE_LIMITS = settings.RATE_LIMITS | {"walk": (10**9, 600)}
    in_processes([count_on] * PROCESSES)
    assert in_memory.count([walk()])[0].number == PROCESSES * requests + 1


def test_of_two_limits_the_nearer_one_holds_and_what_it_refuses_uses_up_nothing(store, sized):
    """Each of eight may walk 5 times; together they may talk 8 times at one address."""
    requests = sized(10, 500)
    greedy = [partial(passed, [walk(name), talk()], requests) for name in "abcdefgh"]
    assert sum(in_processes(greedy)) == 8
    # Refused by one limit they had none of their others used up.
    left = [passed([walk(name)], 9) for name in "abcdefgh"]
    assert sum(left) == 8 * 5 - 8


def test_one_that_is_used_up_takes_nothing_from_the_others_while_they_are_asked(store, sized):
    """Somebody past their own limit hammers; the eight that an address has are for the others."""
    passed([walk("greedy")], 5)
    requests = sized(20, 500)
    hammering = [partial(passed, [walk("greedy"), talk()], requests)] * 4
    others = [partial(passed, [walk(name), talk()], 5) for name in "wxyz"]
    outcomes = in_processes([*hammering, *others])
    assert sum(outcomes[:4]) == 0
    assert sum(outcomes[4:]) == 8


def test_a_window_that_turns_lets_exactly_as_many_pass_again(store, sized):
    windows = sized(2, 20)

    def in_bursts():
        began, found = time.time(), 0
        for number in range(windows):
            # Half a second after the window that the burst before began in is over.
            time.sleep(max(0, began + 1.5 * number - time.time()))
            found += passed([walk(scope="run")], 5)
        return found, began, time.time()

    found, began, ended = zip(*in_processes([in_bursts] * PROCESSES), strict=True)
    # Three in each, and a window begins when the one before is over, at the earliest.
    assert 3 * windows <= sum(found) <= 3 * math.ceil(max(ended) - min(began))


def test_a_refusal_is_written_once_for_a_window_whoever_saw_it(store):
    in_processes([partial(passed, [walk()], 5)] * PROCESSES)
    [row] = LimitedCaller.objects.all()
    assert (row.scope, row.windows, row.refusals) == ("walk", 1, 35)


@pytest.mark.skipif(not REDIS, reason="no Redis")
class TestWithoutRedis:
    """Redis goes in the middle: PostgreSQL counts on, from nothing, and nobody waits."""

    @pytest.fixture
    def server(self, settings):
        server = RedisServer().start()
        settings.REDIS_URL = server.url
        yield server
        server.kill()
        in_redis._away_until = None

    def test_never_more_than_the_limit_of_each_store(self, server, sized):
        requests = sized(400, 4000)

        def killing():
            client = redis.Redis.from_url(server.url)
            while int(client.get(in_redis.PREFIX + walk().key) or 0) < 5:
                time.sleep(0.001)
            os.kill(server.process.pid, signal.SIGKILL)

        asking = [partial(self.paced, requests)] * (PROCESSES - 1)
        *outcomes, _ = in_processes([*asking, killing])
        assert sum(sum(found.values()) for found in outcomes) == (PROCESSES - 1) * requests
        # Five in Redis before, five in PostgreSQL after: the documentation says twice the limit. What
        # Redis counted without saying so in time is counted in both.
        assert 5 < sum(found[True] for found in outcomes) <= 10
        assert RequestCounter.objects.get().count == 5

    @staticmethod
    def paced(requests):
        refusals.AGAIN_S = 0.0  # a process of its own
        found: Counter = Counter()
        for _ in range(requests):
            found[counting.count([walk()]).is_allowed] += 1
            time.sleep(0.001)
        return found

    def test_while_it_is_away_hardly_anybody_waits_and_the_log_says_so_once(self, server, caplog):
        counting.count([walk("before")])
        server.process.send_signal(signal.SIGSTOP)  # it takes connections and answers nothing
        took = []
        for number in range(100):
            began = time.perf_counter()
            counting.count([walk(f"somebody {number}")])
            took.append(time.perf_counter() - began)
        server.process.send_signal(signal.SIGCONT)
        slow = [seconds for seconds in took if seconds > 0.1]
        assert len(slow) == 1
        assert slow[0] < in_redis.TIMEOUT_S + 0.3
        told = [record.message for record in caplog.records if "Redis" in record.message]
        assert len(told) == 1
        assert "counted in PostgreSQL" in told[0]

    def test_it_is_asked_again_after_a_rest(self, server, monkeypatch, caplog):
        monkeypatch.setattr(in_redis, "REST_S", 0.3)
        server.kill()
        counting.count([walk()])
        server.start()
        assert counting.count([walk()]).number == 2, "PostgreSQL counts on"
        time.sleep(0.35)
        assert counting.count([walk()]).number == 1, "Redis begins anew"
        told = [record.message for record in caplog.records if "Redis" in record.message]
        assert [("answers again" in text) for text in told] == [False, True]

    def test_full_it_counts_as_away_and_forgets_nothing(self, server):
        """As in docker-compose.yml: `noeviction`."""
        for _ in range(5):
            assert counting.count([walk()]).is_allowed
        client = redis.Redis.from_url(server.url)
        client.config_set("maxmemory", 1)
        assert [counting.count([walk("biscuit")]).number for _ in range(2)] == [1, 2]
        assert RequestCounter.objects.get().count == 2
        client.config_set("maxmemory", 0)
        in_redis._away_until = None
        assert not counting.count([walk()]).is_allowed

    @pytest.mark.parametrize("protocol", [2, 3])
    def test_one_that_answers_something_else_counts_as_away(self, settings, caplog, protocol):
        with no_redis(protocol) as settings.REDIS_URL:
            try:
                assert [counting.count([walk()]).number for _ in range(2)] == [1, 2]
            finally:
                in_redis._client(settings.REDIS_URL).close()
                in_redis._away_until = None
        assert RequestCounter.objects.get().count == 2
        assert "Redis does not answer" in caplog.text
