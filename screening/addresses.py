"""Links and mail addresses in folded texts, spelled out or taken apart."""

import re
from collections.abc import Iterator

# Beside those of countries.
TOP_LEVELS = [
    "aero", "asia", "biz", "com", "coop", "edu", "museum", "pro", "web", "xxx", "gov", "net", "org", "info", "name", "shop", "app", "dev", "xyz", "site",
    "online", "store", "club", "live", "chat", "page", "bio", "pet", "dog", "vet", "vip", "top",
    "link", "social", "gle", "рф",
]  # fmt: skip
TOP_LEVELS_OF_COUNTRIES = (
    "a[cdefgilmnoqrstuwxz]|b[abdefghijmnorstvwyz]|c[acdfghiklmnoruvwxyz]|d[ejkmoz]|e[cegrstu]|f[ijkmor]"
    "|g[abdefghilmnpqrstuwy]|h[kmnrtu]|i[delmnoqrst]|j[emop]|k[eghimnprwyz]|l[abcikrstuvy]"
    "|m[acdeghklmnopqrstuvwxyz]|n[acefgilopruz]|om|p[aefghklmnrstwy]|qa|r[eosuw]"
    "|s[abcdeghijklmnortuvxyz]|t[cdfghjklmnortvwz]|u[agksyz]|v[aceginu]|w[fs]|y[et]|z[amw]"
)
# Each part begins where letters do and has a length, so that the cost grows with the text and no faster.
LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
TOP = rf"(?:{'|'.join(TOP_LEVELS)}|{TOP_LEVELS_OF_COUNTRIES}|xn--[a-z0-9-]{{2,59}})"
HOST = rf"(?:{LABEL}[.]){{1,10}}{TOP}(?![\w@-]|[.][\w-])"
PATH = r"(?::\d{1,5})?(?:[/?#](?:[^\s<>]*[\w=&/#-])?)?"
LINKS = re.compile(
    rf"(?P<mail>(?<![\w.+-])(?:mailto:)?[\w.+-]{{1,64}}@{HOST})"
    rf"|\b(?:https?|ftp)://[^\s<>/][^\s<>]*"
    rf"|(?<![:/\w])//(?:{LABEL}[.]){{1,10}}{LABEL}{PATH}"
    rf"|(?P<host>(?<![\w.@/-])(?<!\d:){HOST}{PATH})"
)
# A full stop without a blank behind it makes no link, even if the next word is a country's name.
WORDS = {
    "am", "an", "as", "at", "be", "by", "ch", "club", "cm", "da", "do", "dog", "es", "et", "go",
    "gr", "he", "id", "il", "im", "in", "is", "it", "la", "live", "ma", "me", "mu", "my", "na",
    "name", "ne", "no", "pet", "pm", "sa", "se", "sh", "si", "so", "st", "to", "tv", "us",
    "vet",
}  # fmt: skip
COUNTRIES = {
    "at", "be", "ch", "es", "gr", "id", "in", "is", "it", "me", "no", "tv", "us",
}  # fmt: skip
NOT_NAMES = {"the", "for", "this", "that", "some", "any", "asp", "old", "early"}
SHORT = {"bit.ly", "t.co", "t.me", "fb.me", "ig.me", "wa.me", "ow.ly", "is.gd", "x.com", "fb.com"}
LEAST_NAME = 4

# Nobody works there; at the others a name needs a sign that it is one.
MAIL_HOSTS = "gmail|g mail|googlemail|google mail|hotmail|icloud|protonmail|gmx|ymail"
OTHER_HOSTS = "yahoo|outlook|live|proton|aol|yandex|msn|web|mail"
COMMON = "com|net|org|info|de|at|ch|fr|es|it|nl|eu|uk|co|us|ca|io|me|app|shop|xyz|ru|pl|br|in|ie"
AT, DOT = "(?:at|arroba|arobase|chiocciola)", "(?:dot|punkt|punto|point)"
OPEN, CLOSE = r"\s{0,3}[\[({<]\s{0,3}", r"\s{0,3}[\])}>]\s{0,3}"
APART = "(?: {1,2}|[._-])"
NOT_AT = {
    "account", "address", "am", "and", "are", "be", "been", "but", "email", "employed",
    "engineer", "he", "her", "here", "him", "is", "it", "its", "job", "just", "list", "look",
    "looked", "looking", "mail", "manager", "me", "meet", "meeting", "not", "online", "only",
    "or", "she", "stay", "stays", "there", "they", "us", "was", "we", "were", "work", "worked",
    "working", "works", "you",
}  # fmt: skip

# A letter at a time, with blanks or full stops in between.
SINGLE = r"(?:[a-z0-9@](?![a-z0-9]))"
TAKEN_APART = re.compile(rf"(?<![a-z0-9@]){SINGLE}(?:[ .*_-]{{1,3}}{SINGLE}){{3,}}")
BLANKS = re.compile(r"[ .*_-]+")
# How to read what is spelled out, one after the other.
READINGS = [
    (re.compile(rf"{OPEN}(?:{AT}|@|a){CLOSE}"), "@"),
    (re.compile(rf"{OPEN}(?:{DOT}|[.]){CLOSE}"), "."),
    (
        re.compile(
            rf"(?<=[a-z0-9]){APART}{AT}{APART}(?=[a-z0-9-]{{2,40}}(?:{APART}{DOT}{APART}|[.](?:com|net|org|de|fr|info|co|eu)\b))"
        ),
        "@",
    ),
    (re.compile(rf"(?<=[a-z0-9]{{2}}){APART}{DOT}{APART}(?=(?:{COMMON})\b)"), "."),
    (
        re.compile(
            rf"(?<=[a-z0-9]) {{0,3}}@ {{0,3}}(?=[a-z0-9-]{{2,40}} {{0,3}}[.,] {{0,3}}(?:{COMMON})\b)"
        ),
        "@",
    ),
    (re.compile(r"(?<=[a-z0-9]{3}) {1,3}[.] {0,3}(?=(?:com|net|org|de|co|fr|info|eu)\b)"), "."),
    (
        re.compile(rf"\bwww[ ._,-]{{1,3}}([a-z0-9-]{{2,40}})[ ._,-]{{1,3}}(?=(?:{COMMON})\b)"),
        r"www.\1.",
    ),
    (re.compile(r"(?<=[a-z]{3})[,;](?=(?:com|net|org)\b)"), "."),
    (re.compile(r"(?<=[a-z]{3})[.](?:c0m|c0rn|corn)\b"), ".com"),
    (re.compile(r"\bh(?:xx|tt|[*]{2})ps?\s{0,3}:\s{0,3}/\s{0,3}/\s{0,3}"), "http://"),
]
# A name that nobody takes for a word: with a digit or a low line in it.
HANDLE = r"[a-z](?=[a-z0-9._-]{0,30}[0-9_])[a-z0-9._-]{3,30}"
LOCAL = r"(?<![a-z0-9._+-])[a-z0-9._+-]{2,64}"
MAILS = [
    re.compile(rf"{LOCAL} {{0,2}}@ {{0,2}}(?:{MAIL_HOSTS})"),
    re.compile(rf"{LOCAL}@(?:{OTHER_HOSTS})\b"),
    re.compile(rf"\b(?:{MAIL_HOSTS})\b(?: is| account| address| id)?(?: ?[:=-])? {{0,2}}{HANDLE}"),
    re.compile(
        rf"\b(?:{MAIL_HOSTS})\b(?: is| account| address| id)? ?[:=] ?[a-z][a-z0-9._-]{{3,30}}"
    ),
    re.compile(
        rf"(?<![a-z0-9])[a-z0-9]{{2,64}}{AT}(?:gmail|googlemail|hotmail|icloud|yahoo|outlook|gmx|web){DOT}?"
        rf"(?:{COMMON})\b"
    ),
    re.compile(rf"{LOCAL} (?:gmail|googlemail|hotmail|icloud) (?:{DOT} )?com\b"),
    re.compile(r"\bmoc[.](?:liamg|liamtoh|oohay|kooltuo|duolci)@?[a-z0-9._-]*"),
]
AT_HOST = re.compile(rf"({LOCAL}) {{1,2}}{AT} {{1,2}}(?:{MAIL_HOSTS})\b")


def mails(text: str) -> Iterator[str]:
    """The mail addresses of a text, as `spelled` reads it."""
    for pattern in MAILS:
        yield from (found[0] for found in pattern.finditer(text))
    for found in AT_HOST.finditer(text):
        if found[1] not in NOT_AT:
            yield found[0]


def links(text: str) -> Iterator[tuple[bool, str]]:
    """Links and mail addresses with their domains; the first value says that it is an address."""
    for match in LINKS.finditer(text):
        if match["mail"]:
            yield True, match[0]
        elif not match["host"] or _is_host(match[0]):
            yield False, match[0]


def _sign(gap: re.Match[str]) -> str:
    """What a gap between single letters stands for: a full stop has others around it."""
    return "." if len(gap[0]) == 3 and gap[0][1] == "." else ""


def _is_host(text: str) -> bool:
    """Whether words with full stops in between are a link, and not the end of a sentence."""
    host, slash, path = text.partition("/")
    *_, name, top = re.split("[:?#]", host)[0].split(".")
    if host in SHORT or host.startswith("www.") or (slash and path):
        return True
    if top in WORDS:
        return top in COUNTRIES and ("-" in name or any(sign.isdigit() for sign in name))
    return name not in NOT_NAMES and (len(name) >= LEAST_NAME or len(top) > 2)


def spelled(text: str) -> str:
    """A folded text with its at and dot as signs, and words that were taken apart put together."""
    text = TAKEN_APART.sub(lambda found: BLANKS.sub(_sign, found[0]), text)
    for pattern, sign in READINGS:
        text = pattern.sub(sign, text)
    return text
