from hypothesis import given
from hypothesis import strategies as st

from screening.folding import folded
from screening.terms import words


def test_what_looks_alike_is_written_alike():
    for text in (
        "Bob 5",
        "ｂｏｂ ５",
        "𝐛𝐨𝐛 𝟓",
        "ⓑⓞⓑ ⑤",
        "bоb ❺",
        "b\u200bo\u0301b 5\ufe0f\u20e3",
        "🅱🅾🅱 ⁵",
        "ʙᴏʙ ٥",
    ):
        assert folded(text) == "bob 5", text


def test_other_writing_stays():
    assert folded("犬 🐶") == "犬 🐶"
    assert folded("Ærø") == "æro"


@given(st.text())
def test_folding_twice_changes_nothing_more(text):
    assert folded(folded(text)) == folded(text)


@given(st.text())
def test_words_stand_between_blanks(text):
    found = words(text)
    assert found.startswith(" ")
    assert found.endswith(" ")
    assert found == "  " or "  " not in found
