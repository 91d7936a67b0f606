"""Documents of the wrong shape, and members of the wrong type."""

from typing import Any

from tests.input.corpus.rows import Row, rows

# In place of a whole body. {} stands for the usual one, without its braces.
BROKEN = {
    "blank": b" ", "a line": b"\n", "{": b"{", "}": b"}", "[": b"[", '"': b'"',
    "unclosed text": b'{"a": "b', "unclosed list": b'{"a": [1, 2', "no value": b'{"a": }',
    "no colon": b'{"a" 1}', "no name": b"{: 1}", "single quotes": b"{'a': 1}",
    "bare name": b"{a: 1}", "trailing comma": b'{"a": 1,}', "leading comma": b'{,"a": 1}',
    "comma in a list": b'{"a": [1,]}', "two commas": b'{"a": 1,, "b": 2}', "two documents": b"{}{}",
    "two lines": b"{}\n{}", "trailing letters": b"{} x", "a comment": b"{/* */}", "a line comment": b"{} // x",
    "a tab in text": b'{"a": "\t"}', "a line in text": b'{"a": "\n"}', "a bad escape": b'{"a": "\\x41"}',
    "half an escape": b'{"a": "\\u00"}', "an escape at the end": b'{"a": "\\', "True": b'{"a": True}',
    "None": b'{"a": None}', "undefined": b'{"a": undefined}', "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": [-Infinity]}', "leading zero": b'{"a": 01}', "a plus": b'{"a": +1}',
    "hexadecimal": b'{"a": 0x1}', "an octal escape": b'{"a": "\\101"}', "byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"a": 1}'.encode("utf-16"), "UTF-16 LE": b"{\0}\0", "UTF-32": "{}".encode("utf-32"),
    "NUL behind": b"{}\0", "NUL before": b"\0{}", "XML": b"<a/>", "XML bomb": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    "a form": b"a=1&b=2", "multipart": b"--x\r\n\r\n--x--", "YAML": b"a: !!python/object:os.system x",
    "pickle": b"\x80\x04\x95.", "BSON": b"\x0c\0\0\0\x10a\0\1\0\0\0\0", "MessagePack": b"\x81\xa1a\x01",
    "gzip": b"\x1f\x8b\x08\0\0\0\0\0\0\3\xab\xae\5\0C\xbf\xa6\xa3\2\0\0\0", "CSV": b"a,b\n1,2", "a guard": b")]}',\n{}",
    "JSONP": b"f({})", "an event": b"data: {}\n\n", "letters": b"hello", "a number too long": b'{"a": ' + b"1" * 5000 + b"}",
}  # fmt: skip
NO_OBJECTS = {
    "null": b"null", "true": b"true", "false": b"false", "0": b"0", "1.5": b"1.5", "text": b'"text"',
    "empty text": b'""', "[]": b"[]", "[[]]": b"[[]]", "[null]": b"[null]", "[{}]": b"[{}]",
    "the body in a list": b"[{%b}]", "the body as text": b'"{%b}"', "many nulls": b"[" + b"null," * 999 + b"null]",
}  # fmt: skip
DEEP = {
    f"{name}, {depth:,} deep": opening * depth + b"0" + closing * depth
    for depth in (21, 100, 1_000, 9_000, 100_000)
    for name, opening, closing in (("lists", b"[", b"]"), ("objects", b'{"a":', b"}"))
    if depth < 100_000 or name == "lists"
} | {f"unclosed lists, {depth:,} deep": b"[" * depth for depth in (1_000, 100_000, 1_000_000)}
TWICE = {
    "a name twice": b'{%b, "a": 1, "a": 1}', "a name twice, differently": b'{%b, "a": 1, "a": 2}',
    "a name twice, once escaped": b'{%b, "a": 1, "\\u0061": 2}', "an empty name twice": b'{%b, "": 1, "": 2}',
    "twice inside": b'{%b, "extra": {"a": 1, "a": 2}}', "twice in a list": b'{%b, "extra": [{"a": 1, "a": 2}]}',
    "deep in a member": b'{%b, "extra": ' + b"[" * 9_000 + b"]" * 9_000 + b"}",
    "a NUL in a name": b'{%b, "a\\u0000": 1}', "a surrogate in a name": b'{%b, "\\ud800": 1}',
    "a NUL in a stranger": b'{%b, "extra": "\\u0000"}', "a surrogate in a stranger": b'{%b, "extra": "\\udfff"}',
    "bytes in a stranger": b'{%b, "extra": "\xff"}', "NaN in a stranger": b'{%b, "extra": NaN}',
    "5,000 digits in a stranger": b'{%b, "extra": ' + b"9" * 5_000 + b"}",
    "2 MB": b'{%b, "extra": "' + b"x" * 2_000_000 + b'"}', "2 MB of blanks": b"{%b}" + b" " * 2_000_000,
}  # fmt: skip
# In place of one member; taken where the schema has that type.
TYPES: dict[str, Any] = {
    "null": None, "true": True, "false": False, "0": 0, "1": 1, "-1": -1, "1.5": 1.5, "1e300": 1e300,
    "empty text": "", "blank": " ", "text": "text", "0 as text": "0", "1 as text": "1",
    "true as text": "true", "null as text": "null", "[] as text": "[]", "{} as text": "{}",
    "[]": [], "[null]": [None], "[[]]": [[]], "[{}]": [{}], "[0]": [0], "[true]": [True],
    "[text]": ["text"], "[text, 1]": ["text", 1], "two alike": ["fetch", "fetch"], "[[text]]": [["text"]],
    "{}": {}, "{a: 1}": {"a": 1}, "{0: 0}": {"0": 0}, "{'': null}": {"": None}, "{a: {a: {}}}": {"a": {"a": {}}},
    "{length: 1}": {"length": 1}, "{__proto__}": {"__proto__": {"is_staff": True}}, "{$ne: null}": {"$ne": None},
    "{$where}": {"$where": "1"}, "{toString}": {"toString": "x"}, "{_class}": {"__class__": "x"},
    "1,000 items": ["text"] * 1_000, "1,000 members": {str(number): number for number in range(1_000)},
    "20,000 items": [0] * 20_000, "a point": {"latitude": 1, "longitude": 1}, "half a point": {"latitude": 1},
    "GeoJSON": {"type": "Point", "coordinates": [1e308, 1e308]}, "a pair": [1, 2], "nested 15 deep": [[[[[[[[[[[[[[[]]]]]]]]]]]]]]],
}  # fmt: skip
# Beside the usual members: nobody may set these, nor break anything by them.
STRANGERS = [
    "id", "pk", "user", "user_id", "owner", "owner_id", "created_by", "profile", "profile_pk", "is_staff",
    "is_superuser", "is_active", "is_verified", "verified_until", "is_complete", "email_verified", "cell",
    "location_shows_at", "held_at", "is_held", "stars_total", "favorites_count", "sender_id", "position",
    "state", "outcome", "created_at", "password_hash", "groups", "__class__", "__proto__", "constructor",
    "source", "suspended_until",
]  # fmt: skip

ROWS: list[Row] = [
    *rows("body", BROKEN, is_refused=True),
    # A change of nothing, where one may change something.
    *rows("body", {"nothing": b""}),
    *rows("body", NO_OBJECTS, is_refused=True),
    *rows("body", DEEP, is_refused=True),
    *rows("body", TWICE, is_refused=True),
    *rows("type", TYPES),
    *rows("stranger", {name: name for name in STRANGERS}),
]
