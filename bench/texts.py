"""What looking at a text costs, and how often it is right.

    python -m bench.texts

Processor time of this process, in microseconds, medians of rounds; on the corpus of the tests
(screening/tests/corpus), on texts of 4,000 characters, and on those that are made to take long. Beside
the matcher of phonenumbers, asked for the same countries, on the part of the corpus that has numbers.
The word list is asked of the database that DATABASE_URL names, which is not in these figures.
"""

import os
import statistics
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pupmatch.settings")
django.setup()

import phonenumbers  # noqa: E402 (Django must be set up first)

from bench.results import table, write  # noqa: E402
from screening import contacts, numbers, openers  # noqa: E402
from screening.folding import folded  # noqa: E402
from screening.tests.test_contacts import LONGEST, REPEATED, lines  # noqa: E402

ROUNDS = 15
COUNTRIES = ("US", *numbers.WITH_TRUNK_ZERO, *numbers.BARE)


def cost(function, texts):
    """Microseconds for one text, the median of the rounds."""
    found = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for text in texts:
            function(text)
        found.append((time.process_time() - start) / len(texts) * 1e6)
    return statistics.median(found[1:])


def matched(text):
    """What the matcher of phonenumbers finds in any of the countries."""
    return any(phonenumbers.PhoneNumberMatcher(text, country).has_next() for country in COUNTRIES)


def found(text):
    return any(True for _ in numbers.numbers(folded(text)))


def main():
    harmless = [*lines("harmless"), *lines("harmless_held_out")]
    told = [*lines("contacts"), *lines("contacts_held_out")]
    with_numbers = [text for text in told if found(text) or matched(text)]
    prose = " ".join(harmless)
    costs = [
        [
            "a sentence of the corpus",
            f"{cost(contacts.find, harmless):.0f}",
            f"{cost(openers.sketched, harmless):.0f}",
        ],
        [
            "one with contact details",
            f"{cost(contacts.find, told):.0f}",
            f"{cost(openers.sketched, told):.0f}",
        ],
    ]
    for length in (100, 1000, LONGEST):
        text = [prose[:length]]
        costs.append(
            [
                f"{length:,} characters of prose",
                f"{cost(contacts.find, text):.0f}",
                f"{cost(openers.sketched, text):.0f}",
            ]
        )
    worst = max((cost(contacts.find, [(text * LONGEST)[:LONGEST]]), text) for text in REPEATED)
    costs.append(
        [f"{LONGEST:,} characters of {worst[1]!r}, the slowest tried", f"{worst[0]:.0f}", ""]
    )
    ours = [sum(map(found, texts)) for texts in (harmless, with_numbers)]
    theirs = [sum(map(matched, texts)) for texts in (harmless, with_numbers)]
    numbers_ = [
        ["ours", str(ours[0]), str(ours[1]), f"{cost(found, harmless):.0f}"],
        ["matcher", str(theirs[0]), str(theirs[1]), f"{cost(matched, harmless):.0f}"],
    ]
    right = sum(bool(contacts.find(text)) for text in told)
    alarms = sum(bool(contacts.find(text)) for text in harmless)
    body = f"""\
Microseconds for one text.

{table(["", "contact details and links", "sketch of an opener"], costs)}

Of {len(told)} texts with contact details {right} are found, of {len(harmless)} harmless ones {alarms} are taken for such.

Telephone numbers alone, beside the matcher of phonenumbers for {len(COUNTRIES)} countries:

{table(["", f"false alarms in {len(harmless)}", f"found in {len(with_numbers)}", "µs a sentence"], numbers_)}"""
    write("texts", "Looking at texts", body)


if __name__ == "__main__":
    main()
