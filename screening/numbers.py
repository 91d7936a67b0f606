"""Telephone numbers in folded texts, spelled out or taken apart, and not what else has many digits.

The matcher of phonenumbers, asked for several countries, takes dates, microchips and opening times for
numbers. So what has the shape of a number is picked out here first, and its validity asked of
phonenumbers then (`bench/texts.py` compares the two).
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException

# Countries whose numbers start with a zero at home.
WITH_TRUNK_ZERO = (
    "GB", "DE", "FR", "AT", "CH", "NL", "AU", "IT", "SE", "BE", "IE", "IN", "FI", "NZ", "ZA",
)  # fmt: skip
# Countries whose numbers look like any other figure; somebody has to say what they are.
BARE = ("ES", "IT", "PL", "PT", "CZ", "DK", "NO", "MX", "BR", "GR", "IN", "HU", "RU")
MOST_CANDIDATES = 20
# Digits, signs between two of them, and parts that one number is made of.
LONGEST_GAP, MOST_GROUPS = 8, 6

DIGITS = {
    "zero": "0", "oh": "0", "o": "0", "one": "1", "two": "2", "three": "3", "four": "4",
    "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "niner": "9", "fife": "5",
    "null": "0", "eins": "1", "zwei": "2", "zwo": "2", "drei": "3", "vier": "4", "funf": "5",
    "fuenf": "5", "sechs": "6", "sieben": "7", "acht": "8", "neun": "9",
    "un": "1", "deux": "2", "trois": "3", "quatre": "4", "cinq": "5", "sept": "7", "huit": "8",
    "neuf": "9", "cero": "0", "uno": "1", "dos": "2", "tres": "3", "cuatro": "4", "cinco": "5",
    "seis": "6", "siete": "7", "ocho": "8", "nueve": "9", "due": "2", "tre": "3", "quattro": "4",
    "cinque": "5", "sei": "6", "sette": "7", "otto": "8", "nove": "9",
}  # fmt: skip
TIMES = {"double": 2, "dbl": 2, "triple": 3, "treble": 3, "doppel": 2}
# What people say between the parts of a number.
BETWEEN = {"then", "dash", "hyphen", "minus", "space", "dot", "point", "slash", "punkt", "punto"}
LETTERS_FOR_DIGITS = str.maketrans("oilsbz", "011582")

# What has digits and is something else: dates, times, prices, thousands, decimals.
MONEY = r"[$€£¥]|eur|euro|euros|usd|dollars?|bucks|gbp|chf"
ELSE = re.compile(
    r"(?<![\d./-])(?:\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d)(?![./-]?\d)"
    r"|(?<!\d)\d{1,2}:\d\d(?::\d\d)?(?!\d)"
    rf"|(?:[$€£¥]|chf|eur|usd)\s?\d[\d.,]*|(?<![\d.,])\d{{1,9}}(?:[.,]\d{{1,9}})?\s?(?:{MONEY})(?![a-z])"
    r"|(?<![\d,.])\d{1,3}(?:,\d{3}){1,4}(?:\.\d\d?)?(?![\d,])"
    r"|(?<![\d,.])\d{1,3}(?:\.\d{3}){1,4}(?:,\d\d?)(?![\d,])"
    r"|(?<![\d.,])\d{1,4}[.,]\d{1,2}(?![.,]?\d)"
    r"|(?<![\d-])(?:19|20)\d\d-(?:19|20)\d\d(?![\d-])"
)
TOKEN = re.compile(r"[a-z0-9]+|\n+|[^a-z0-9\n]+")
WORD, DIGIT, LEAST = re.compile(r"[a-z]+"), re.compile(r"\d"), 5
PARTS = re.compile(r"\d+|[a-z]+")
SPELLED = re.compile(r"(?:zero|one|two|three|four|five|six|seven|eight|nine){3,}")
ONE_SPELLED = re.compile(r"zero|one|two|three|four|five|six|seven|eight|nine")
MIXED = re.compile(r"(?=[oilsbz]*\d)(?!\d+[ilsbz]+$)[\doilsbz]{2,}")
# Somebody wants to be called: then less will do for a number.
CALLED = re.compile(
    r"\b(?:call|text|txt|ring|phone|fone|cell|mobile|tel|telephone|whats ?app|wa|sms|reach|contact|dial"
    r"|viber|signal|imessage|facetime|ruf|anrufen|handy|telefon|appel\w*|llama\w*|movil|celular"
    r"|telefono|chiama\w*|scrivimi|bel|zadzwon|ph)\b|по[zз]во"
)
NUMBERED = re.compile(r"\b(?:numbers?|num|nummer|numero|digits)\b")
# The long figures that dogs have.
LABELLED = re.compile(
    r"\b(?:micro ?chip\w*|chip\w*|puce\w*|iso|akc|ukc|kc|vdh|lof|reg|registration|registered|order"
    r"|lot|batch|licen[cs]e|tag|id|tattoo|pedigree|zuchtbuch|invoice|isbn|steuermarke|serial|part)\b"
)
NEAR = 40
PLENTY = 40

# How numbers of ten digits are written in America.
AMERICAN = {
    (10,), (3, 7), (6, 4), (3, 3, 4), (3, 3, 2, 2), (11,), (1, 10), (1, 3, 7), (1, 3, 3, 4),
}  # fmt: skip
LOCAL = {(7,), (3, 4), (3, 2, 2)}
IN_PAIRS = (2, 2, 2, 2, 2)


class Group(NamedTuple):
    """Digits in a row; `gap` is what stands before them, `is_disguised` that they are no digits."""

    digits: str
    gap: str
    start: int
    end: int
    is_disguised: bool = False


def numbers(text: str) -> Iterator[str]:
    """The telephone numbers of a folded text, as they are written there."""
    if not _has_enough(text):
        return
    candidates = 0
    for run in _runs(ELSE.sub(lambda found: "x" * len(found[0]), text)):
        for groups in _candidates(run):
            candidates += 1
            # So many that look like one are no accident.
            if candidates > MOST_CANDIDATES or len(groups) > PLENTY or _is_number(groups, text):
                yield text[groups[0].start : groups[-1].end]
                break


# --- What may be one number -----------------------------------------------------------------------


def _runs(text: str) -> Iterator[list[Group]]:
    """Digits with nothing but signs between them, however they are written."""
    run: list[Group] = []
    gap, times = "", 1
    for token in TOKEN.finditer(text):
        word = token[0]
        if word in TIMES:
            times = TIMES[word]
        elif word in BETWEEN or (not word[0].isalnum() and "\n" not in word):
            gap += word
        else:
            parts = list(_parts(word))
            if run and (not parts or len(gap) > LONGEST_GAP):
                yield run
                run = []
            for digits, is_disguised in parts:
                run.append(Group(digits * times, gap, *token.span(), is_disguised or times > 1))
                gap, times = "", 1
            if not parts:
                gap, times = "", 1
    if run:
        yield run


def _has_enough(text: str) -> bool:
    """Whether there may be a number at all; most texts need not be looked at further."""
    words = sum(map(DIGITS.__contains__, WORD.findall(text)))
    return words + len(DIGIT.findall(text)) >= LEAST or bool(SPELLED.search(text))


def _parts(word: str) -> Iterator[tuple[str, bool]]:
    """The digits that a word stands for, and whether they are disguised; none for most words."""
    if word.isdecimal():
        yield word, False
    elif word in DIGITS:
        yield DIGITS[word], True
    elif SPELLED.fullmatch(word):
        yield from ((DIGITS[each], True) for each in ONE_SPELLED.findall(word))
    elif MIXED.fullmatch(word):
        yield word.translate(LETTERS_FOR_DIGITS), True
    elif not word.isalpha():
        parts = PARTS.findall(word)
        if all(part.isdecimal() or part in DIGITS for part in parts):
            yield from ((DIGITS.get(part, part), True) for part in parts)


def _candidates(run: list[Group]) -> Iterator[list[Group]]:
    if len(run) > PLENTY:
        yield run
    if any(group.is_disguised for group in run) and _is_long_enough(run):
        yield run
    yield from _singles(run)
    for start in range(len(run)):
        for end in range(start + 1, min(start + MOST_GROUPS, len(run)) + 1):
            groups = run[start:end]
            if _is_long_enough(groups) and _stands_alone(run, start, end) and _is_even(groups):
                yield groups


def _singles(run: list[Group]) -> Iterator[list[Group]]:
    """Stretches of single digits."""
    for is_single, stretch in groupby(run, key=lambda group: len(group.digits) == 1):
        groups = list(stretch)
        if is_single and _is_long_enough(groups):
            yield groups


def _is_long_enough(groups: list[Group]) -> bool:
    return 7 <= sum(len(group.digits) for group in groups) <= 15


def _stands_alone(run: list[Group], start: int, end: int) -> bool:
    """Whether it is everything between two ends or commas."""
    return (start == 0 or _is_wide(run[start].gap)) and (end == len(run) or _is_wide(run[end].gap))


def _is_wide(gap: str) -> bool:
    return len(gap) > 1


def _is_even(groups: list[Group]) -> bool:
    """Whether its parts are held together by the same signs, unlike days and months in a list."""
    gaps = [group.gap.strip() or group.gap[:1] for group in groups[1:]]
    return sum(one != other for one, other in pairwise(gaps)) <= 1


# --- Whether it is one ----------------------------------------------------------------------------


def _is_number(groups: list[Group], text: str) -> bool:
    digits = "".join(group.digits for group in groups)
    lengths = tuple(len(group.digits) for group in groups)
    before = text[max(0, groups[0].start - NEAR) : groups[0].start].rpartition("\n")[2]
    called, labelled = _last(CALLED, before), _last(LABELLED, before)
    is_called = called > labelled
    if before.endswith(("+", "+(")):
        return len(digits) >= 10
    if digits.startswith(("00", "011")):
        return len(digits) >= 11 and _is_international(digits)
    if labelled > called:
        return False
    is_taken_apart = all(length == 1 for length in lengths)
    is_disguised = any(group.is_disguised for group in groups)
    if is_taken_apart and (_is_counting(digits) or (len(digits) < 9 and not is_called)):
        return False
    if is_taken_apart and is_disguised:
        return True
    if digits.startswith("0"):
        return len(digits) >= 9 and not _are_times(groups) and _is_valid(digits, WITH_TRUNK_ZERO)
    is_shaped = lengths in AMERICAN or (lengths == IN_PAIRS and not _is_growing(groups))
    if (is_disguised or is_taken_apart or is_shaped) and _is_valid(digits, ("US",)):
        return True
    if digits.startswith("89") and len(digits) == 11:
        return _is_valid(digits, ("RU",))
    if is_called or NUMBERED.search(before):
        return (is_called and lengths in LOCAL) or (len(digits) >= 8 and _is_valid(digits, BARE))
    return False


def _last(words: re.Pattern[str], before: str) -> int:
    """Where the last of these words stands; -1 for nowhere."""
    return max((found.start() for found in words.finditer(before)), default=-1)


def _is_counting(digits: str) -> bool:
    steps = {int(other) - int(one) for one, other in pairwise(digits)}
    return len(steps) == 1


def _is_growing(groups: list[Group]) -> bool:
    """Whether it is a list of figures that go up."""
    return groups == sorted(groups, key=lambda group: int(group.digits))


def _are_times(groups: list[Group]) -> bool:
    return all(len(group.digits) == 4 and group.digits <= "2400" for group in groups)


def _is_international(digits: str) -> bool:
    for prefix in ("00", "011"):
        digits = digits.removeprefix(prefix)
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(f"+{digits}"))
    except NumberParseException:
        return False


def _is_valid(digits: str, countries: Iterable[str]) -> bool:
    return any(_is_valid_in(digits, country) for country in countries)


def _is_valid_in(digits: str, country: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(digits, country))
    except NumberParseException:
        return False
