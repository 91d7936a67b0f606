"""60 kB of what expressions find hard to leave, at every place for text.

`--assault` holds each against 100 ms of the processor; a busy machine would say nothing in the suite,
which has one text at some places and sees that it is answered.
"""

import json
import time
from dataclasses import replace

import pytest

from tests.input.asking import Ask, Here, taken_back
from tests.input.corpus.rows import Row
from tests.input.operations import operations
from tests.input.people import insider
from tests.input.placing import placements

pytestmark = pytest.mark.django_db

# As much of it as a body holds.
SIZE = 60_000
PARTS = {
    "letters": "a",
    "blanks": " ",
    "lines": "\n",
    "digits": "1 ",
    "more digits": "0",
    "signs": "-_",
    "dots": "a.",
    "ats": "a@",
    "colons": "0:",
    "brackets": "[",
    "braces": "{}",
    "quotes": "\"'",
    "percents": "%",
    "slashes": "/",
    "addresses": "http://a.",
    "mails": "a@a.",
    "telephones": "+4 ",
    "handles": "@a ",
    "words of numbers": "two ",
    "marks": "a\u0301",
    "unseen": "\u200b",
    "commas": "1,",
    "base64": "A=",
    "dashes": "- ",
    "tokens": "a.a.a.",
    "clocks": "23:59 ",
    "fullwidth": "\uff11",
}
ROWS = [
    Row(f"60 kB of {name}", "injection", part * (SIZE // len(json.dumps(part)[1:-1])))
    for name, part in PARTS.items()
]
SHORT = Row("a word", "injection", "word")
BUDGET_S = 0.1


def spent(here: Here, ask: Ask) -> float:
    """Seconds of the processor."""
    with taken_back():
        began = time.process_time()
        answer = here(ask)
        taken = time.process_time() - began
    assert answer.status < 500, ask.path
    return taken


def test_no_text_keeps_us_busy(sized):
    here, me, slow = Here(), insider(), []
    count, budget = sized(1, len(ROWS)), sized(60, 1) * BUDGET_S
    everywhere = list(placements(ROWS[0], operations()))[:: sized(12, 1)]
    for number, each in enumerate(everywhere):
        for row in (ROWS * 2)[number % len(ROWS) :][:count]:
            ask = replace(each, row=row).ask(me)
            # What hashing a password costs is no matter of the text.
            usual = min(spent(here, replace(each, row=SHORT).ask(me)) for _ in range(2))
            if min(spent(here, ask) for _ in range(2)) - usual > budget:
                slow.append(f"{row} → {each.operation} {each.slot}")
    assert slow == []
