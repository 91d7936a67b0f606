import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from accounts import standing
from accounts.models import Session, User
from accounts.tests.factories import UserFactory
from events.models import Event, Stream
from matching import services as matching
from matching.tests.factories import matched
from messaging import services as messaging
from profiles.tests.factories import ProfileFactory
from realtime.tests.machinery import Phone, ticket_for
from realtime.tests.streams import fill, forget, sign_in, tell


@pytest.fixture
def user(realtime):
    return UserFactory()


def end_of(user):
    return Stream.objects.get(user=user).last_position


def positions(frames):
    return [frame["position"] for frame in frames if "data" in frame]


# Events -------------------------------------------------------------------------------------------


@pytest.mark.requirement("R7.1", "R7.5")
def test_a_message_reaches_both_at_once(phone, me, them, write):
    mine, theirs = phone(me.user), phone(them.user)
    assert mine.hear() == {"type": "ready", "position": end_of(me.user)}
    assert theirs.hear()["type"] == "ready"
    message = write(them, "Park at five?")
    event, copy = mine.hear(timeout=0.8), theirs.hear(timeout=0.8)
    assert set(event) == {"position", "type", "at", "data"}
    assert (event["position"], event["type"]) == (end_of(me.user), "message.created")
    assert (event["data"]["id"], event["data"]["body"]) == (str(message.pk), "Park at five?")
    assert (event["data"]["unread_count"], copy["data"]["unread_count"]) == (1, 0)


@pytest.mark.requirement("R5.4", "R6.5")
def test_both_learn_of_a_match_and_of_its_end(phone):
    one, other = ProfileFactory(), ProfileFactory()
    phones = [phone(one.user), phone(other.user)]
    for each in phones:
        each.hear()
    match = matched(one, other)
    for each, card in zip(phones, (other, one), strict=True):
        told = each.hear_until("match.created")[-1]["data"]
        assert (told["id"], told["profile"]["id"]) == (str(match.pk), str(card.pk))
    matching.unmatch(match=match, by=one)
    for each in phones:
        told = each.hear_until("match.ended")[-1]["data"]
        assert told["conversation_id"] == str(match.conversation_id)


@pytest.mark.requirement("R7.6")
def test_what_was_missed_comes_first_then_what_happens(phone, user):
    fill(user, 250)
    mine = phone(user, after=20)
    missed = mine.hear_until("ready")
    assert positions(missed) == [*range(21, 251)]
    assert missed[-1] == {"type": "ready", "position": 250}
    fill(user, 2)
    assert [mine.hear()["position"] for _ in range(2)] == [251, 252]
    assert mine.is_quiet()


def test_what_was_missed_is_whole_however_long_it_is(phone, user):
    fill(user, 3)
    tell(user, *["test.happened"] * 60, text="x" * 10_000)
    fill(user, 110)
    assert positions(phone(user, after=1).hear_until("ready")) == [*range(2, 174)]


def test_without_a_cursor_the_stream_starts_now(phone, user):
    fill(user, 5)
    mine = phone(user)
    assert mine.hear() == {"type": "ready", "position": 5}
    fill(user, 1)
    assert mine.hear()["position"] == 6


def test_before_anything_happened(phone, user):
    mine = phone(user, after=0)
    assert mine.hear() == {"type": "ready", "position": 0}
    fill(user, 1)
    assert mine.hear()["position"] == 1


def test_what_was_unsent_is_gone_from_old_events(phone, me, them, write):
    messaging.unsend(message=write(them, "Never mind me"))
    told = phone(me.user, after=0).hear_until("ready")
    bodies = [frame["data"]["body"] for frame in told if frame["type"].startswith("message.")]
    assert bodies == [None, None]


def test_a_cursor_that_is_too_old_is_reset(phone, user):
    fill(user, 3)
    forget(user, until=2)
    mine = phone(user, after=1)
    assert mine.hear() == {"type": "reset", "position": 3}
    assert mine.hear() == {"type": "ready", "position": 3}
    fill(user, 1)
    assert mine.hear()["position"] == 4


def test_a_cursor_that_was_never_given_out_is_reset(phone, user):
    fill(user, 3)
    mine = phone(user, after=10**18 - 1)
    assert mine.hear() == {"type": "reset", "position": 3, "code": "cursor_ahead"}
    assert mine.hear()["type"] == "ready"


@pytest.mark.parametrize("after", ["", "-1", "x", "1.0", "9" * 19, "%D9%A3", "0x1"])
def test_nonsense_is_no_cursor(phone, user, after):
    ticket = ticket_for(user)
    refused = phone(user, ticket=ticket, after=after).closing()
    assert refused == ([{"type": "error", "code": "invalid_cursor"}], 1007)
    # The ticket is still good.
    assert phone(user, ticket=ticket).hear()["type"] == "ready"


@pytest.mark.requirement("R7.6")
def test_nothing_is_lost_or_doubled_while_people_write_and_phones_come_and_go(realtime, user):
    """Eight writers and four phones that reconnect all the time, each from where it stood."""
    done = threading.Event()

    def write():
        for _ in range(25):
            fill(user, 1)
        connections.close_all()

    def read(number):
        heard, position = [], 0
        while not (done.is_set() and position == 200):
            phone = Phone(realtime, ticket_for(user), after=position)
            try:
                for _ in range(7 + number):
                    frame = phone.hear(timeout=0.3)
                    if "data" in frame:
                        heard.append(frame["position"])
                        position = frame["position"]
            except TimeoutError:
                pass
            finally:
                phone.close()
        connections.close_all()
        return heard

    with ThreadPoolExecutor(12) as pool:
        readers = [pool.submit(read, number) for number in range(4)]
        for writer in [pool.submit(write) for _ in range(8)]:
            writer.result()
        done.set()
        for reader in readers:
            assert reader.result() == [*range(1, 201)]


def test_a_wake_up_that_got_lost_costs_a_second(phone, user, monkeypatch):
    mine = phone(user)
    mine.hear()
    monkeypatch.setattr("events.publishing.wake", lambda user_ids: None)
    fill(user, 2)
    assert [mine.hear(timeout=2)["position"] for _ in range(2)] == [1, 2]


def test_wake_ups_about_nothing_change_nothing(phone, user):
    mine = phone(user, after=0)
    mine.hear()
    for payload in ("nonsense", "{}", "[]", '{"wake": 3}', '{"wake": ["x"]}', '{"to": "x"}', "7"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify('pupmatch_wakeups', %s)", [payload])
    for _ in range(3):
        with connection.cursor() as cursor:
            word = json.dumps({"wake": [str(user.pk)] * 5})
            cursor.execute("SELECT pg_notify('pupmatch_wakeups', %s)", [word])
    fill(user, 1)
    assert mine.hear()["position"] == 1
    assert mine.is_quiet()


def test_what_cannot_be_shown_to_one_does_not_hold_up_the_others(phone, user, realtime):
    broken = UserFactory()
    phones = [phone(user), phone(broken)]
    for each in phones:
        each.hear()
    fill(user, 1)
    fill(broken, 1)
    assert [each.hear()["position"] for each in phones] == [1, 1]
    # An event of a kind that is shaped, without the id that it must have.
    Event.objects.create(
        stream_id=broken.pk, position=2, type="match.created", data={}, at=broken.created_at
    )
    Stream.objects.filter(user=broken).update(last_position=2)
    fill(user, 1)
    assert phones[0].hear(timeout=2)["position"] == 2
    assert phones[1].closing() == ([], 1011)


# Sign-ins -----------------------------------------------------------------------------------------

ENDS = {
    "sign-out": lambda session: standing.end_session(session=session),
    "sign-out everywhere": lambda session: standing.sign_out(user=session.user),
    "deactivation": lambda session: standing.deactivate(user=session.user),
    "suspension": lambda session: standing.suspend(
        user=session.user, until=timezone.now() + timedelta(days=1)
    ),
    "ban": lambda session: standing.ban(user=session.user),
    "erasure": lambda session: session.user.delete(),
    "expiry": lambda session: Session.objects.filter(pk=session.pk).update(
        expires_at=session.created_at
    ),
    "a ban by hand": lambda session: User.objects.filter(pk=session.user_id).update(
        is_active=False
    ),
}


@pytest.mark.parametrize("end", ENDS)
def test_the_end_of_a_sign_in_closes_its_sockets_within_two_seconds(phone, user, end):
    session = sign_in(user).session
    mine = phone(user, session=session)
    mine.hear()
    other = phone(UserFactory())
    other.hear()
    began = time.monotonic()
    ENDS[end](session)
    _, code = mine.closing()
    assert (code, time.monotonic() - began < 2) == (4403, True)
    assert other.is_quiet(0.1)


def test_other_sign_ins_of_the_same_person_go_on(phone, user):
    session = sign_in(user).session
    ended, other = phone(user, session=session), phone(user)
    for each in (ended, other):
        each.hear()
    standing.end_session(session=session)
    assert ended.closing()[1] == 4403
    fill(user, 1)
    assert other.hear()["position"] >= 1


def test_a_person_has_so_many_sockets_and_no_more(phone, user):
    session = sign_in(user).session
    phones = [phone(user, session=session) for _ in range(20)]
    for each in phones:
        each.hear()
    refused = phone(user, session=session).closing()
    assert refused == ([{"type": "error", "code": "too_many_sockets"}], 1013)
    phones[0].close()
    assert phone(user, session=session).hear()["type"] == "ready"
