"""Contact details in texts: a labelled corpus, floors for precision and recall, and the time it takes."""

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.contacts import find
from screening.models import Finding

CORPUS = Path(__file__).parent / "corpus"
SETS = ["", "_held_out"]
LONGEST = 4000
# Whoever wants it slow repeats something.
REPEATED = [
    "a", "a.", "a ", "@", "a@", "@a ", "1", "1 ", "1.", "12 ", "123 ", "0 ", "06 ", "555-", "1\n",
    "one ", "at ", "a at ", "dot ", "a dot ", "http://", "mailto:", "//", "www.", "a.com ", "(at)",
    "( at ", "((((", "insta:", "find on ", "find us on insta ", "ig ", "gmail ", "a at gmail ",
    "b o b @ ", "-", "_", "a_", "1a", "x1 ", "\u200b", "é", "①", "+1 ", "206 555 0143 ", "00", "a@b.c",
    "$a", "1,", "1,0", "1:", "12:34 ", "a[.]", "x@y ", " . com", "discord#", "my insta is ", "double ",
    "0o", "atgmail", "1.+", "$a.b", "one ,. ", "$www.", "+a.b",
    "$ab.cd", "a.bc/", "a.bc@", "//a.b", "a-b.", "--a.b", "-a.bc", "mailto:a", "a.bc:1", "a+b@c.d",
    "a.b.", "b" * 63 + ".", "Она боится салютов, гуляем в 7. ", "h t t p : / / ",
]  # fmt: skip


def lines(name):
    for line in (CORPUS / f"{name}.txt").read_text().splitlines():
        yield re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), line)


def kinds(text):
    return {found.kind for found in find(text)}


def test_the_corpus_is_large_enough():
    assert len(set(lines("harmless"))) >= 300
    assert len(set(lines("contacts"))) >= 200
    assert not {*lines("harmless"), *lines("contacts")} & {
        *lines("harmless_held_out"), *lines("contacts_held_out"),
    }  # fmt: skip


@pytest.mark.parametrize("part", SETS)
def test_precision_and_recall(part):
    alarms = [text for text in lines(f"harmless{part}") if find(text)]
    contacts = list(lines(f"contacts{part}"))
    missed = [text for text in contacts if not find(text)]
    right = len(contacts) - len(missed)
    assert right / (right + len(alarms)) >= 0.99, alarms
    assert right / len(contacts) >= 0.98, missed


def test_harmless_texts_stay_so_together():
    texts = [*lines("harmless"), *lines("harmless_held_out")]
    # About as much as fits into a message.
    for start in range(0, len(texts), 80):
        assert not find("\n".join(texts[start : start + 80]))
        assert not find(" ".join(texts[start : start + 80]).replace("\n", " "))


@pytest.mark.parametrize("around", ["{}", "Hi! {}", "{} 🐶", "He is 3 and weighs 28 kg.\n{}\nBye."])
def test_contacts_are_found_among_other_words(around):
    # What ends with a name is no name any more when something follows.
    missed = [text for text in lines("contacts") if not find(around.format(text))]
    assert len(missed) <= 5, missed


@pytest.mark.parametrize(
    ("text", "kind", "what"),
    [
        ("call 206-555-0143", Finding.Kind.CONTACT, "a telephone number: 206-555-0143"),
        ("bob AT gmail DOT com", Finding.Kind.CONTACT, "a mail address: bob@gmail.com"),
        ("see rexpuppies.com", Finding.Kind.LINK, "a link: rexpuppies.com"),
        ("insta: bob_b", Finding.Kind.CONTACT, "a name on another service: insta: bob_b"),
    ],
)
def test_what_was_found(text, kind, what):
    [first, *_] = find(text)
    assert (first.kind, f"{first.what}: {first.excerpt}") == (kind, what)


@pytest.mark.parametrize(
    "text", ["985112003456789", "2021-05-03", "12.05.2021", "10:30-11:45", "$1,200", "0600 2200"]
)
def test_other_figures_are_no_numbers(text):
    assert not find(text)


@pytest.mark.parametrize("text", REPEATED)
def test_no_text_takes_long(text):
    def spent(length):
        start = time.process_time()
        find((text * length)[:length])
        return time.process_time() - start

    find("warm 206-555-0143 a@b.com")
    # Ten times what it takes on a slow machine; what grew with the square would take seconds.
    # The shortest of three: a collection of garbage in a process of many tests takes a second.
    long, short = (min(spent(length) for _ in range(3)) for length in (LONGEST, LONGEST // 20))
    assert long < 0.15 + 60 * short


@given(st.text(max_size=400))
def test_any_text_can_be_looked_at(text):
    find(text)


@given(st.text("0123456789 .-/()+@o1l,:$x\n", max_size=300))
def test_any_figures_can_be_looked_at(text):
    find(text)


@given(st.from_regex(r"(a|at|dot|@|\.|gmail|com|insta|:| |_|1|\(|\)){0,80}", fullmatch=True))
def test_any_spelling_can_be_looked_at(text):
    find(text)
