"""What a client may say on the socket that means nothing there, or too much."""

import json
from typing import Any

from tests.input.corpus.rows import Row, rows

ID = "0190a000-0000-7000-8000-000000000000"
BIG = 9_223_372_036_854_775_807

# A str is a text frame, bytes a binary one.
NOT_JSON: dict[str, Any] = {
    "nothing": "",
    "a blank": " ",
    "letters": "hello",
    "{": "{",
    "}": "}",
    "half": '{"type": "ping"',
    "two": '{"type":"ping"}{"type":"ping"}',
    "single quotes": "{'type': 'ping'}",
    "NaN": '{"type": NaN}',
    "Infinity": '{"type":"ack","position":Infinity}',
    "a comment": '{"type":"ping"}//',
    "a trailing comma": '{"type":"ping",}',
    "a byte order mark": '\ufeff{"type":"ping"}',
    "NUL": '{"type":"ping\\u0000"}',
    "a raw NUL": '{"type":"ping\x00"}',
    "a surrogate": '{"type":"\\ud800"}',
    "a name twice": '{"type":"ping","type":"ack"}',
    "400 deep": "[" * 400 + "]" * 400,
    "1,900 deep": "[" * 1_900,
    "5,000 digits": '{"type":"ack","position":' + "9" * 3_900 + "}",
    "XML": "<ping/>",
    "a form": "type=ping",
}
BINARY: dict[str, Any] = {
    "a ping in bytes": b'{"type":"ping"}',
    "no bytes": b"",
    "zeros": b"\0" * 100,
    "0xFF": b"\xff\xfe",
    "a picture": b"\x89PNG\r\n\x1a\n",
    "MessagePack": b"\x81\xa4type\xa4ping",
    "4,000 bytes": b"x" * 4_000,
}
LARGE: dict[str, Any] = {
    "4,097 bytes": "x" * 4_097,
    "5,000 bytes of a ping": '{"type":"ping","a":"' + "x" * 5_000 + '"}',
    "1,400 dogs": "\U0001f415" * 1_400,
    "100 kB": "x" * 100_000,
    "2 MB": "x" * 2_000_000,
    "100 kB of bytes": b"x" * 100_000,
}
NO_OBJECTS = ["null", "true", "0", "1.5", '"ping"', "[]", '["ping"]', '[{"type":"ping"}]']
SAYINGS: list[dict[str, Any]] = [
    {},
    {"type": None},
    {"type": 1},
    {"type": []},
    {"type": {}},
    {"type": ""},
    {"type": "PING"},
    {"type": " ping"},
    {"type": "pong"},
    {"type": "ready"},
    {"type": "reset"},
    {"type": "error"},
    {"type": "close"},
    {"type": "subscribe"},
    {"type": "message.created", "data": {}},
    {"type": "__class__"},
    {"type": "constructor"},
    {"type": "x" * 3_000},
    {"kind": "ping"},
    {"type": "ping", "a": 1},
    {"type": "ping", "position": 1},
    {"type": "ack"},
    {"type": "ack", "position": None},
    {"type": "ack", "position": "1"},
    {"type": "ack", "position": 1.0},
    {"type": "ack", "position": True},
    {"type": "ack", "position": -1},
    {"type": "ack", "position": BIG},
    {"type": "ack", "position": BIG + 1},
    {"type": "ack", "position": 10**30},
    {"type": "ack", "position": 1e308},
    {"type": "ack", "position": [1]},
    {"type": "ack", "position": 1_000_000},
    {"type": "ack", "position": 1, "user": ID},
    {"type": "typing"},
    {"type": "typing", "conversation_id": None},
    {"type": "typing", "conversation_id": 1},
    {"type": "typing", "conversation_id": ""},
    {"type": "typing", "conversation_id": "x" * 36},
    {"type": "typing", "conversation_id": "' OR 1=1--"},
    {"type": "typing", "conversation_id": "{" + ID[1:-1] + "}"},
    {"type": "typing", "conversation_id": "urn:uuid:" + ID},
    {"type": "typing", "conversation_id": [ID]},
    {"type": "typing", "conversation_id": ID, "profile_id": ID},
    {"type": "presence"},
    {"type": "presence", "conversation_id": 0},
    {"type": "presence", "conversation_id": "null"},
    {"type": "presence", "conversation_id": {"id": ID}},
]
# Well said, of nothing that there is: no answer at all.
UNHEARD: list[dict[str, Any]] = [
    {"type": "typing", "conversation_id": ID},
    {"type": "presence", "conversation_id": ID},
    {"type": "presence", "conversation_id": None},
    {"type": "ack", "position": 0},
    {"type": "ping"},
]

# Bytes on the wire that are no frames of a client, each with a mask of zeros where there is one.
MASK = bytes(4)
RAW: dict[str, bytes] = {
    "text that is no UTF-8": b"\x81\x82" + MASK + b"\xc3\x28",
    "text with half a sign": b"\x81\x81" + MASK + b"\xe2",
    "a surrogate as text": b"\x81\x83" + MASK + b"\xed\xa0\x80",
    "without a mask": b"\x81\x02{}",
    "a reserved opcode": b"\x83\x80" + MASK,
    "a reserved control": b"\x8b\x80" + MASK,
    "reserved bits": b"\xf1\x80" + MASK,
    "a compressed frame": b"\xc1\x80" + MASK,
    "a ping in pieces": b"\x09\x80" + MASK,
    "a ping of 200 bytes": b"\x89\xfe\x00\xc8" + MASK + bytes(200),
    "a continuation of nothing": b"\x80\x80" + MASK,
    "a text within a text": b"\x01\x80" + MASK + b"\x81\x80" + MASK,
    "a length of 2^63": b"\x81\xff\x7f" + b"\xff" * 7 + MASK,
    "a length below zero": b"\x81\xff" + b"\xff" * 8 + MASK,
    "5,000 bytes in pieces": b"\x01\xfe\x09\xc4"
    + MASK
    + bytes(2_500)
    + b"\x80\xfe\x09\xc4"
    + MASK
    + bytes(2_500),
    "a farewell of one byte": b"\x88\x81" + MASK + b"\x03",
    "a farewell of 999": b"\x88\x82" + MASK + b"\x03\xe7",
    "no frames at all": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
}


def _dumped(values: list[dict[str, Any]]) -> dict[str, str]:
    return {json.dumps(value)[:90]: json.dumps(value) for value in values}


ROWS: list[Row] = [
    *rows("frame", {**NOT_JSON, **BINARY}, is_refused=True),
    *rows("large frame", LARGE, is_refused=True),
    *rows("raw frame", RAW, is_refused=True),
    *rows("frame", {text: text for text in NO_OBJECTS}, is_refused=True),
    *rows("frame", _dumped(SAYINGS), is_refused=True),
    *rows("frame", _dumped(UNHEARD)),
]
