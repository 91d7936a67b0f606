"""Query strings: cursors, limits, orders, filters, and what stands between them."""

from tests.input.corpus.rows import Row, rows

# What we seal is Base64 of Fernet's kind or close to it; these are not ours.
CURSORS = {
    "blank": "%20", "x": "x", "0": "0", "-1": "-1", "null": "null", "{}": "%7B%7D", "[]": "%5B%5D",
    "Base64": "cD0yMDI0LTAxLTAx", "Base64 of a distance": "cD02NzkuMTAyMzMzNjggbQ==",
    "Base64 of a list": "W1tudWxsXSxmYWxzZSxudWxsXQ==", "Base64 of NaN": "W1tOYU5dXQ==",
    "padding": "====", "half a padding": "AAA=", "no padding": "AAAAA", "slashes": "AA//AA==", "pluses": "AA++",
    "Fernet's": "gAAAAABl8" + "A" * 90, "Fernet's, no date": "gAAAAAAAAAAA" + "A" * 100,
    "a JWT": "eyJhbGciOiJub25lIn0.e30.", "a UUID": "0190a000-0000-7000-8000-000000000000", "a date": "2024-01-01T00:00:00Z",
    "a date that is none": "2024-13-45T99:99:99Z", "an offset": "o=99999999999", "reversed": "r=1&p=x", "quotes": "%27%22",
    "SQL": "'%20OR%201=1--", "bytes": "%ff%fe%00", "bytes that are no text": "%ff%fe", "a dog": "%F0%9F%90%95",
    "a break": "%0d%0aSet-Cookie:%20a=b", "3,000 letters": "A" * 3_000, "30,000 letters": "A" * 30_000, "dots": "../../etc/passwd",
    "a number of 5,000 digits": "9" * 5_000, "pickle": "gASVJAAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjAlzbGVlcCAxMJSFlFKULg==",
}  # fmt: skip
LIMITS = [
    "", "%20", "0", "-1", "-0", "51", "100", "1000", "2147483648", "9223372036854775808", "1" + "0" * 30, "9" * 5_000,
    "1e1", "1.0", "1.5", "0x10", "1_0", "+1", "%2B1", "%201", "1%20", "1%0a", "1%00", "NaN", "inf", "null", "true", "[]", "[1]",
    "1,2", "\xd9\xa1", "%D9%A1", "%EF%BC%91", "%C2%B2", "%ff", "a", "%F0%9F%90%95", "'", "1;DROP TABLE accounts_user".replace(" ", "%20"),
]  # fmt: skip
ORDERS = [
    "",
    "ASC",
    "asc,desc",
    "-position",
    "random()",
    "%00",
    "asc%20",
    "position;--",
    "desc%ff",
    "(select%201)",
]
# Whole query strings, which no list needs to take; none may break it.
WHOLE = {
    "an empty name": "=1", "only signs": "&&&===&", "only a name": "limit", "a name twice": "limit=1&limit=2",
    "arrays": "limit[]=1&cursor[a]=b", "semicolons": "limit=1;cursor=x", "a lookup": "email__startswith=a&user__password__regex=.",
    "a relation": "profile__user__email=a", "a format": "format=xml", "another format": "format=api", "a method": "_method=DELETE",
    "1,000 names": "&".join(f"a{number}={number}" for number in range(1_000)), "2,000 names": "&".join(["a=1"] * 2_000),
    "30,000 letters": "a=" + "x" * 30_000, "half a percent": "q=%", "a bad percent": "q=%zz%1", "bytes in a name": "%ff=1", "a NUL in a name": "%00=1",
    "twice encoded": "limit=%2531", "UTF-7": "q=%2BADw-script%2BAD4-", "a fragment": "limit=1%23", "a callback": "callback=alert", "an order": "ordering=user__password",
    "fields": "fields=*&expand=user", "a page": "page=999999999999&page_size=99999999", "an offset": "offset=1e308", "debug": "debug=1&__debug__=1", "a token": "access_token=x&token=y",
}  # fmt: skip

ROWS: list[Row] = [
    *rows("cursor", CURSORS, is_refused=True),
    *rows("limit", {text[:30] or "nothing": text for text in LIMITS}, is_refused=True),
    *rows("order", {text or "nothing": text for text in ORDERS}, is_refused=True),
    *rows("query", WHOLE),
]
