"""What apps say on a socket, and what becomes of nonsense."""

from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed

from accounts.tests.factories import UserFactory
from realtime.tests.machinery import eventually, some_id
from realtime.tests.streams import acknowledged, fill


@pytest.fixture
def user(realtime):
    return UserFactory()


def test_a_ping_is_answered(phone, user):
    mine = phone(user)
    mine.hear()
    mine.say("ping")
    assert mine.hear() == {"type": "pong"}


def test_an_acknowledgement_is_kept(phone, me, them, write):
    mine = phone(me.user)
    begin = mine.hear()["position"]
    write(them)
    position = mine.hear()["position"]
    for each in (begin, position, begin):
        mine.say("ack", position=each)
    eventually(lambda: acknowledged(me.user) == position)
    mine.say("ack", position=position + 1)
    assert mine.hear_until("error")[-1]["code"] == "cursor_ahead"
    assert acknowledged(me.user) == position


def test_an_acknowledgement_tells_the_sender_that_it_arrived(phone, me, them, write):
    mine, theirs = phone(me.user), phone(them.user)
    mine.hear()
    theirs.hear()
    message = write(them)
    mine.say("ack", position=mine.hear()["position"])
    told = theirs.hear_until("conversation.delivered")[-1]["data"]
    assert told == {
        "conversation_id": str(message.conversation_id),
        "profile_id": str(me.pk),
        "position": message.position,
    }


def test_reconnecting_from_a_position_acknowledges_it(phone, user):
    fill(user, 5)
    phone(user, after=9).hear()
    phone(user, after=3).hear()
    eventually(lambda: acknowledged(user) == 3)


MALFORMED = {
    "{": "not_json",
    "": "not_json",
    "NaN": "not_json",
    '{"type": "ping", "type": "ping"}': "not_json",
    '{"type": "\\ud800"}': "not_json",
    '{"type": "\\u0000"}': "not_json",
    "[" * 4096: "not_json",
    "9" * 4096: "not_an_object",
    "-" * 4096: "not_json",
    "[]": "not_an_object",
    '"ping"': "not_an_object",
    "null": "not_an_object",
    "{}": "unknown_type",
    '{"type": "shout"}': "unknown_type",
    '{"type": ["ping"]}': "unknown_type",
    '{"type": "ping", "x": 1}': "wrong_fields",
    '{"type": "ack"}': "wrong_fields",
    '{"type": "ack", "position": true}': "wrong_fields",
    '{"type": "ack", "position": 1.0}': "wrong_fields",
    '{"type": "ack", "position": -1}': "wrong_fields",
    '{"type": "ack", "position": 9223372036854775808}': "wrong_fields",
    '{"type": "typing", "conversation_id": null}': "wrong_fields",
    '{"type": "typing", "conversation_id": "01890000-0000-7000-8000-00000000000g"}': "wrong_fields",
    '{"type": "presence", "conversation_id": 7}': "wrong_fields",
}


def test_a_malformed_frame_is_answered_and_counted(phone, user, realtime):
    before = realtime.figure("pupmatch_realtime_malformed_frames_total")
    phones = [phone(user) for _ in range(3)]
    for each in phones:
        each.hear()
    for number, (text, code) in enumerate(MALFORMED.items()):
        mine = phones[number % 3]
        mine.socket.send(text)
        assert mine.hear() == {"type": "error", "code": code}, text
        mine.say("ping")
        assert mine.hear() == {"type": "pong"}
    counted = realtime.figure("pupmatch_realtime_malformed_frames_total") - before
    assert counted == len(MALFORMED)


def test_bytes_are_no_frame(phone, user):
    mine = phone(user)
    mine.hear()
    mine.socket.send(b'{"type": "ping"}')
    assert mine.hear() == {"type": "error", "code": "not_text"}


def test_too_many_malformed_frames_close_the_socket(phone, user):
    mine = phone(user)
    mine.hear()
    for _ in range(11):
        mine.socket.send("?")
    frames, code = mine.closing()
    assert ([frame["code"] for frame in frames], code) == (["not_json"] * 11, 1007)


def test_bytes_that_are_no_utf_8_close_the_socket(phone, user):
    mine = phone(user)
    mine.hear()
    mine.socket.send(b"\xff\xfe", text=True)
    assert mine.closing()[1] == 1007


def test_a_frame_of_4_kib_and_one_that_is_larger(phone, user):
    mine = phone(user)
    mine.hear()
    mine.socket.send('{"type": "ping"}'.ljust(4096))
    assert mine.hear() == {"type": "pong"}
    mine.socket.send('{"type": "ping"}'.ljust(4097))
    assert mine.closing()[1] == 1009


def test_too_many_frames_close_the_socket(phone, user):
    mine = phone(user)
    mine.hear()
    with suppress(ConnectionClosed):
        for _ in range(2000):
            mine.say("ping")
    frames, code = mine.closing()
    assert (frames[-1], code) == ({"type": "error", "code": "too_many_frames"}, 4408)
    assert len(frames) < 100


def test_nobody_is_bothered_by_ids_that_name_nothing(phone, user):
    mine = phone(user)
    mine.hear()
    mine.say("typing", conversation_id=some_id())
    mine.say("presence", conversation_id=some_id())
    mine.say("presence", conversation_id=None)
    mine.say("ping")
    assert mine.hear() == {"type": "pong"}
