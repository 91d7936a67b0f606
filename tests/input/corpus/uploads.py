"""Multipart bodies whose envelope is broken, misleading or strange, and files that are no pictures."""

from typing import Any

from profiles.tests import hostile
from profiles.tests.factories import picture
from tests.input.corpus.rows import Row, rows

PICTURE = picture(64, 48)
B = b"bnd"
TYPE = "multipart/form-data; boundary=bnd"


def part(disposition: str, content: bytes = PICTURE, *headers: str) -> bytes:
    """One part, from its boundary to the end of its content."""
    lines = "\r\n".join([f"Content-Disposition: {disposition}", *headers]).encode("latin-1")
    return b"--%s\r\n%s\r\n\r\n%s\r\n" % (B, lines, content)


END = b"--%s--\r\n" % B


def named(name: str) -> bytes:
    """An ordinary upload, under a name for its file."""
    return (
        part(f'form-data; name="FILE"; filename="{name}"', PICTURE, "Content-Type: image/jpeg")
        + END
    )


GOOD = part('form-data; name="FILE"; filename="a.jpg"', PICTURE, "Content-Type: image/jpeg")

# Bodies under the usual type. FILE stands for the field that the operation takes.
BROKEN: dict[str, bytes] = {
    "nothing": b"",
    "only an end": END,
    "only a boundary": b"--bnd\r\n",
    "no boundary at all": PICTURE,
    "another boundary": GOOD.replace(b"bnd", b"other"),
    "a preamble alone": b"hello\r\n",
    "no part has the field": part('form-data; name="other"; filename="a.jpg"') + END,
    "no name": part('form-data; filename="a.jpg"') + END,
    "an empty name": part('form-data; name=""; filename="a.jpg"') + END,
    "no disposition": b"--bnd\r\nContent-Type: image/jpeg\r\n\r\n" + PICTURE + b"\r\n" + END,
    "a field and no file": part('form-data; name="FILE"', b"hello") + END,
    "an empty field": part('form-data; name="FILE"', b"") + END,
    "a file and no bytes": part('form-data; name="FILE"; filename="a.jpg"', b"") + END,
    "no blank line": b'--bnd\r\nContent-Disposition: form-data; name="FILE"; filename="a"\r\n'
    + PICTURE
    + END,
    "only line feeds": GOOD.replace(b"\r\n", b"\n", 3) + END,
    "JSON": b'{"image": "x"}',
    "a form": b"image=x",
    "names in another case": part('FORM-DATA; NAME="other"; FILENAME="a"') + END,
    "a broken header": b"--bnd\r\n: x\r\n\r\nx\r\n" + END,
    "a header of bytes": b"--bnd\r\n\xff\xfe: \xff\r\n\r\nx\r\n" + END,
    "NUL in a header": part('form-data; name="FILE\x00"; filename="a"', b"x") + END,
    "100 kB of a header": part('form-data; name="' + "x" * 100_000 + '"', b"x") + END,
    "2,000 headers": b"--bnd\r\n" + b"X: y\r\n" * 2_000 + b"\r\nx\r\n" + END,
    "unquoted": part("form-data; name=other; filename=a.jpg") + END,
    "half a quote": part('form-data; name="FILE', b"x") + END,
    "Base64 that is none": part(
        'form-data; name="FILE"; filename="a.jpg"', b"!!!!", "Content-Transfer-Encoding: base64"
    )
    + END,
    "Base64 of nothing": part(
        'form-data; name="FILE"; filename="a.jpg"', b"=", "Content-Transfer-Encoding: base64"
    )
    + END,
    "an unknown coding": part(
        'form-data; name="FILE"; filename="a.jpg"', b"x", "Content-Transfer-Encoding: x"
    )
    + END,
    "quoted-printable": part(
        'form-data; name="FILE"; filename="a.jpg"',
        b"=FF",
        "Content-Transfer-Encoding: quoted-printable",
    )
    + END,
    "gzip": part(
        'form-data; name="FILE"; filename="a.jpg"', b"\x1f\x8b\x08\0", "Content-Encoding: gzip"
    )
    + END,
    "a multipart in it": part(
        'form-data; name="FILE"',
        b"--in\r\n\r\nx\r\n--in--",
        "Content-Type: multipart/mixed; boundary=in",
    )
    + END,
    "2,000 fields": b"".join(part(f'form-data; name="a{number}"', b"x") for number in range(2_000))
    + END,
    "200 files": b"".join(
        part(f'form-data; name="a{number}"; filename="a"', b"x") for number in range(200)
    )
    + END,
    "12 MB": part('form-data; name="FILE"; filename="a.jpg"', b"\xff" * 12_000_000) + END,
    "3 MB of a field": part('form-data; name="text"', b"x" * 3_000_000) + END,
    "surrogates in a field": part('form-data; name="FILE"', b"\xed\xa0\x80") + END,
    "NUL in a field": part('form-data; name="FILE"', b"\0") + END,
    "part of a charset": part(
        'form-data; name="FILE"', b"x", "Content-Type: text/plain; charset=zlib"
    )
    + END,
    "_charset_": part('form-data; name="_charset_"', b"utf-16") + END,
    "boundary after boundary": b"--bnd\r\n" * 500 + END,
    "dashes": b"-" * 100_000,
}
# The usual body under another head.
TYPES: dict[str, str] = {
    "no boundary": "multipart/form-data",
    "an empty boundary": "multipart/form-data; boundary=",
    "a quoted nothing": 'multipart/form-data; boundary=""',
    "a boundary of blanks": "multipart/form-data; boundary=    ",
    "a boundary of 300": "multipart/form-data; boundary=" + "b" * 300,
    "a boundary of bytes": "multipart/form-data; boundary=\xff",
    "a boundary of signs": "multipart/form-data; boundary=\x01",
    "two boundaries": "multipart/form-data; boundary=x; boundary=y",
    "mixed": "multipart/mixed; boundary=bnd",
    "related": "multipart/related; boundary=bnd",
    "a broken encoding": "multipart/form-data; boundary*=x''%ff",
    "a form": "application/x-www-form-urlencoded",
    "JSON": "application/json",
    "a picture": "image/jpeg",
    "octets": "application/octet-stream",
    "nothing": "text/plain",
    "a charset": "multipart/form-data; boundary=bnd; charset=utf-16",
    "zlib": "multipart/form-data; boundary=bnd; charset=zlib",
}
# Names of files, which are forgotten; the picture is an ordinary one.
NAMES = {
    "up": "../../../etc/cron.d/x",
    "up, Windows": "..\\\\..\\\\windows\\\\system.ini",
    "absolute": "/etc/passwd",
    "a drive": "C:\\\\con",
    "a dot": ".",
    "two dots": "..",
    "hidden": ".htaccess",
    "PHP": "a.php",
    "two endings": "a.php.jpg",
    "SVG": "a.svg",
    "no ending": "a",
    "an ending alone": ".jpg",
    "300 letters": "a" * 300 + ".jpg",
    "30,000 letters": "a" * 30_000,
    "a dog": "\xf0\x9f\x90\x95.jpg",
    "bytes": "\xff\xfe.jpg",
    "a script": "<script>alert(1)</script>.jpg",
    "SQL": "'; DROP TABLE--.jpg",
    "a stream": "a.jpg::$DATA",
    "a break": "a%0d%0aX: y.jpg",
    "a variable": "$(id).jpg",
    "a pipe": "|id",
    "an address": "http://127.0.0.1:1/a.jpg",
}


# What is no picture, or was one, under the name and the type of one.
FILES = {
    name: part('form-data; name="FILE"; filename="a.jpg"', make(), "Content-Type: image/jpeg") + END
    for name, make in hostile.SMALL.items()
}


def _typed(kind: str, body: bytes) -> dict[str, Any]:
    return {"content_type": kind, "body": body}


ROWS: list[Row] = [
    *rows(
        "upload",
        {f"body: {name}": _typed(TYPE, body) for name, body in BROKEN.items()},
        is_refused=True,
    ),
    *rows(
        "upload",
        {f"type: {name}": _typed(kind, GOOD + END) for name, kind in TYPES.items()},
        is_refused=True,
    ),
    *rows(
        "upload",
        {f"file: {name}": _typed(TYPE, body) for name, body in FILES.items()},
        is_refused=True,
    ),
    *rows(
        "upload",
        {f"file name: {name}": _typed(TYPE, named(value)) for name, value in NAMES.items()},
    ),
    *rows(
        "upload",
        {
            "an encoded boundary": _typed("multipart/form-data; boundary*=utf-8''bnd", GOOD + END),
            "an attachment": _typed(TYPE, part('attachment; name="FILE"; filename="a.jpg"') + END),
            "no end": _typed(TYPE, GOOD),
            "a preamble": _typed(TYPE, b"hello\r\n" + GOOD + END),
            "an epilogue": _typed(TYPE, GOOD + END + b"hello"),
            "twice": _typed(TYPE, GOOD + GOOD + END),
        },
    ),
]
