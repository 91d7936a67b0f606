"""The table that processes of one machine share."""

import os
import signal
import time
from functools import partial

import pytest

from pupmatch.lib.throttling import counting, in_memory
from pupmatch.lib.throttling.in_memory import BUCKETS, SLOTS, Table
from pupmatch.lib.throttling.limits import Kind, Limit


def limit(caller, allowed=3, seconds=60, scope="read"):
    return Limit(scope, Kind.OTHER, str(caller), allowed, seconds)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "table"


@pytest.fixture
def table(path):
    return Table(path)


def number(table, *limits):
    return [count.number for count in table.count(limits)]


def test_two_tables_of_one_file_count_together(path):
    one, other = Table(path), Table(path)
    assert [number(table, limit("rex")) for table in (one, other, one, other, one)] == [
        [1], [2], [3], [4], [4],
    ]  # fmt: skip
    assert path.stat().st_mode & 0o777 == 0o600


def test_past_one_limit_the_others_are_as_they_were(table):
    for _ in range(3):
        table.count([limit("rex")])
    assert number(table, limit("rex"), limit("ada")) == [4, 1]
    assert number(table, limit("ada")) == [1]


def test_windows_turn_by_themselves(table):
    assert number(table, limit("rex", seconds=0.05)) == [1]
    time.sleep(0.06)
    assert number(table, limit("rex", seconds=0.05)) == [1]


def test_what_was_refused_elsewhere_is_taken_back(table):
    table.count([limit("rex")])
    table.take_back([limit("rex"), limit("nobody")])
    assert number(table, limit("rex")) == [1]


def test_a_forgotten_key_begins_anew_and_no_other(table):
    for caller in ("rex", "ada"):
        table.count([limit(caller)])
    table.forget([limit("rex").key, "read:other:nobody"])
    assert (number(table, limit("rex")), number(table, limit("ada"))) == ([1], [2])


def test_keys_of_one_bucket_do_not_take_each_others_slots(table, monkeypatch):
    monkeypatch.setattr(in_memory, "_digest", lambda key: BUCKETS * (1 + sum(map(ord, key))))
    callers = [limit(name) for name in "abcdefgh"]
    assert len(callers) == SLOTS
    assert number(table, *callers) == [1] * SLOTS
    assert number(table, *callers) == [2] * SLOTS
    # The ninth takes the place of whoever's window turns first.
    assert number(table, limit("i", seconds=600)) == [1]
    assert sum(number(table, *callers[1:])) == 3 * (SLOTS - 1)


def test_whoever_dies_in_the_middle_holds_nobody_up(path, table):
    child = os.fork()
    if child == 0:
        with Table(path)._locked():
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert number(table, limit("rex")) == [1]


def test_without_a_folder_to_write_each_process_counts_by_itself(tmp_path, caplog):
    table = Table(tmp_path / "missing" / "table")
    assert (number(table, limit("rex")), number(table, limit("rex"))) == ([1], [2])
    assert "each process counts reads by itself" in caplog.text


def test_a_link_is_not_followed(tmp_path):
    (tmp_path / "table").symlink_to(tmp_path / "elsewhere")
    Table(tmp_path / "table")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.django_db
def test_what_the_store_refuses_is_not_counted_as_a_read(real_limits, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"deck": (2, 60), "read": (5, 60)}
    ask = partial(counting.count, [limit("rex", 2, scope="deck"), limit("rex", 5)])
    assert [ask().is_allowed for _ in range(6)] == [True, True, False, False, False, False]
    read = [counting.count([limit("rex", 5)]).is_allowed for _ in range(4)]
    assert read == [True, True, True, False]


def test_the_usual_place_is_one_for_each_database(settings):
    settings.LIMITS_FILE = ""
    in_memory._usual_path.cache_clear()
    place = in_memory._path()
    assert str(os.getuid()) in place.name
    assert place == in_memory._path()
