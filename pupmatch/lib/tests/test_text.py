"""What a name may not be, and what it may in all scripts."""

import pytest
from django.core.exceptions import ValidationError

from pupmatch.lib.text import reads_as_drawn

NAMES = {
    "accents": "Zoë Łukasz Đỗ Ångström",
    "decomposed": "Ngu\u0302\u0301 Đo\u0302\u0303",
    "Persian with a joiner": "می\u200cخواهم",
    "Hindi with a joiner": "क्\u200dष",
    "Arabic with vowels": "مُحَمَّدٌ",
    "Hebrew with points": "שַׁבָּת",
    "Thai": "น้ำตาล",
    "Tibetan": "བསྒྲུབས",
    "a service dog": "Rex \U0001f415\u200d\U0001f9ba",
    "hearts": "\u2764\ufe0f\u200d\U0001f525 Rex",
    "a skin": "\U0001f44b\U0001f3fd",
    "a keycap": "1\ufe0f\u20e3",
    "Scotland's flag": "Bonnie \U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "four marks": "a\u0300\u0301\u0302\u0303b\u0300\u0301\u0302\u0303",
}
UNSEEN = {
    "turned around": "Rex\u202etxt.exe",
    "isolates": "\u2066Rex\u2069",
    "a mark of direction": "\u200fRex",
    "a space of no width": "Re\u200bx",
    "a soft hyphen": "Re\u00adx",
    "a byte order mark": "\ufeffRex",
    "a word joiner": "Re\u2060x",
    "a joiner among Latin letters": "Re\u200dx",
    "a joiner first": "\u200cخ",
    "a joiner last": "می\u200c",
    "two joiners": "می\u200c\u200cخ",
    "hidden tags": "Rex\U000e0068\U000e0069",
    "hidden tags behind another flag": "\U0001f6a9\U000e0067\U000e0062\U000e0073\U000e007f",
}


@pytest.mark.parametrize("name", NAMES)
def test_names_of_all_scripts_are_taken(name):
    reads_as_drawn(NAMES[name])


@pytest.mark.parametrize("name", UNSEEN)
def test_what_is_not_drawn_is_refused(name):
    with pytest.raises(ValidationError) as refused:
        reads_as_drawn(UNSEEN[name])
    assert refused.value.code == "unseen_character"


@pytest.mark.parametrize("mark", ["\u0301", "\u20dd", "\u0489"])
def test_towers_of_accents_are_refused(mark):
    reads_as_drawn("a" + mark * 4)
    with pytest.raises(ValidationError) as refused:
        reads_as_drawn("a" + mark * 5)
    assert refused.value.code == "stacked_marks"
