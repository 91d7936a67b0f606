"""Requests whose head is wrong: methods, types, charsets, hosts, and headers that mean something."""

from typing import Any

from tests.input.corpus.rows import Row, rows

# No view has them, whatever it is.
METHODS = [
    "TRACE",
    "CONNECT",
    "PROPFIND",
    "SEARCH",
    "LINK",
    "BREW",
    "PURGE",
    "A" * 200,
    "GETT",
    "M-SEARCH",
    "_",
    "QUERY",
    "REPORT",
    "MKCOL",
    "COPY",
    "LOCK",
    "DEBUG",
    "TRACK",
]
# Django takes them for the usual ones.
SMALL = ["get", "Post", "dELETE"]
# In place of application/json, before a body that is JSON.
TYPES = [
    "text/plain",
    "text/html",
    "text/json",
    "text/xml",
    "application/xml",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "multipart/mixed; boundary=x",
    "application/octet-stream",
    "application/x-yaml",
    "application/msgpack",
    "application/vnd.api+json",
    "application/ld+json",
    "application/problem+json",
    "application/jsonp",
    "application/json5",
    "application/x-ndjson",
    "application/csv",
    "image/png",
    "application/pdf",
    "application",
    "/",
    ";",
    "json",
    "application/",
    "/json",
    "application/json/x",
    "application//json",
    "x" * 5_000,
    "a/b; x*=foo''y",
    "\xff\xfe",
    "message/rfc822",
    "application/graphql",
    "text/plain;application/json",
]
CHARSETS = [
    "utf-16",
    "utf-32",
    "utf-7",
    "latin-1",
    "iso-8859-1",
    "windows-1252",
    "shift_jis",
    "gb18030",
    "ebcdic-cp-be",
    "zlib",
    "hex",
    "base64",
    "rot13",
    "idna",
    "punycode",
    "unicode_escape",
    "raw_unicode_escape",
    "undefined",
    "mbcs",
    "x-no-such",
    "",
    "\xff",
    "utf-8\x00",
    "utf-8; charset=utf-16",
    "a" * 5_000,
]
HOSTS = [
    "",
    "evil.example",
    "testserver:abc",
    "testserver:99999999",
    "a b",
    "test_server\\x",
    "..",
    "[::1",
    "[::1]:x",
    "-x",
    "x" * 300,
    "testserver@evil.example",
    "testserver/evil.example",
    "evil.example#testserver",
    "evil.example?testserver",
    "1.2.3.4.5:80:80",
    "\xff",
    "testserver,evil.example",
    "tést",
    "testserver%00",
    "<script>",
    "evil.example\tx",
]
ENCODINGS = ["gzip", "br", "deflate", "zstd", "identity, gzip", "x"]
# Whatever these say, the answer is the usual one or a refusal.
HEADERS: dict[str, dict[str, str]] = {
    "a method override": {"X-HTTP-Method-Override": "DELETE"},
    "another override": {"X-Method-Override": "PUT", "X-HTTP-Method": "PATCH"},
    "another host": {
        "X-Forwarded-Host": "evil.example",
        "X-Host": "evil.example",
        "Forwarded": "host=evil.example",
    },
    "another address": {"X-Original-URL": "/admin/", "X-Rewrite-URL": "/admin/"},
    "another scheme": {"X-Forwarded-Proto": "gopher"},
    "another client": {
        "X-Forwarded-For": "127.0.0.1, ::1, x, " + "1.1.1.1," * 200,
        "X-Real-IP": "127.0.0.1",
    },
    "a client that is none": {"X-Forwarded-For": "\xff\xfe; DROP"},
    "a prefix": {"X-Forwarded-Prefix": "//evil.example", "X-Script-Name": "/admin"},
    "XML wanted": {"Accept": "application/xml"},
    "HTML wanted": {"Accept": "text/html"},
    "nothing wanted": {"Accept": "*/*;q=0"},
    "signs wanted": {"Accept": ";;;,,,/;q=x"},
    "1,000 types wanted": {"Accept": ",".join(f"a/b{number}" for number in range(1_000))},
    "a version wanted": {"Accept": "application/json; version=99; indent=9999999999"},
    "an indent wanted": {"Accept": "application/json; indent=99999999999999999999"},
    "GeoJSON wanted": {"Accept": "application/geo+json"},
    "another language": {"Accept-Language": "xx-YY;q=NaN, " + "de," * 2_000},
    "a language out of a path": {"Accept-Language": "../../../etc/passwd"},
    "a charset wanted": {"Accept-Charset": "utf-7"},
    "a coding wanted": {"Accept-Encoding": "gzip;q=1e308, br;q=NaN"},
    "a range": {"Range": "bytes=0-18446744073709551616,-1,x"},
    "an ETag": {"If-None-Match": 'W/"x", "", *, ' + '"a",' * 2_000},
    "a broken ETag": {"If-Match": '"'},
    "a date": {"If-Modified-Since": "Mon, 99 Foo 99999 99:99:99 GMT"},
    "a date far away": {
        "If-Modified-Since": "Fri, 31 Dec 9999 23:59:59 GMT",
        "If-Unmodified-Since": "Thu, 01 Jan 0000 00:00:00 GMT",
    },
    "another origin": {"Origin": "https://evil.example", "Referer": "https://evil.example/\xff"},
    "no origin": {"Origin": "null"},
    "a preflight": {"Origin": "https://evil.example", "Access-Control-Request-Method": "DELETE"},
    "cookies": {"Cookie": "sessionid=x; csrftoken=y; " + "a=b;" * 500},
    "broken cookies": {"Cookie": '\x01=\xff; =; ;;; $Version=1; a="\\'},
    "a request id": {"X-Request-ID": "x" * 5_000},
    "a request id with a break": {"X-Request-ID": "abcdefgh%0d%0aSet-Cookie: a=b"},
    "a request id that is no text": {"X-Request-ID": "\xff" * 20},
    "a user agent": {"User-Agent": "\xff<script>'; DROP TABLE--" + "x" * 5_000},
    "an upgrade": {"Connection": "Upgrade", "Upgrade": "websocket"},
    "h2c": {"Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAARAAAAAAAIAAAAA"},
    "an expectation": {"Expect": "200-ok"},
    "a hop": {"Connection": "Authorization, Content-Type"},
    "underscores": {"Content_Type": "text/html", "Authorization_": "x"},
    "shellshock": {"User-Agent": "() { :; }; /bin/true"},
    "log4shell": {
        "User-Agent": "${jndi:ldap://127.0.0.1:1/a}",
        "X-Api-Version": "${jndi:ldap://127.0.0.1:1/a}",
    },
    "200 headers": {f"X-Header-{number}": "x" for number in range(80)},
}
LENGTHS = {
    "-1": "-1",
    "+5": "+5",
    "a word": "abc",
    "1e3": "1e3",
    "a huge one": "9" * 30,
    "5,000 digits": "9" * 5_000,
}


def _each(part: str, values: list[str]) -> dict[str, Any]:
    return {f"{part} {value[:40] or 'nothing'}": {part: value} for value in values}


ROWS: list[Row] = [
    *rows("method", _each("method", METHODS), is_refused=True),
    *rows("method", _each("method", SMALL)),
    *rows("content type", {"content type */*": {"content_type": "*/*"}}),
    *rows("content type", _each("content_type", TYPES), is_refused=True),
    *rows(
        "charset",
        {
            f"charset {it[:40] or 'nothing'}": {"content_type": f"application/json; charset={it}"}
            for it in CHARSETS
        },
        is_refused=True,
    ),
    *rows("host", _each("host", HOSTS)),
    *rows(
        "coding",
        {f"coding {it}": {"headers": {"Content-Encoding": it}} for it in ENCODINGS},
        is_refused=True,
    ),
    *rows("header", {name: {"headers": value} for name, value in HEADERS.items()}),
    *rows(
        "length",
        {
            f"length {name}": {"headers": {"Content-Length": value}}
            for name, value in LENGTHS.items()
        },
    ),
]
