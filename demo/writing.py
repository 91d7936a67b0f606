"""What the owners of the demo town write: bios, answers, comments, conversations."""

import re
from dataclasses import dataclass
from random import Random

from demo.wording import load

_NUMBERS = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    "twenty",
]  # fmt: skip
_PRONOUNS = {
    "female": {"they": "she", "them": "her", "their": "her"},
    "male": {"they": "he", "them": "him", "their": "his"},
}
_LIVELINESS = ("low", "medium", "high")


@dataclass(frozen=True)
class Line:
    """A message: who of the two writes it, and what; no words where a playground is shared."""

    by_first: bool
    text: str | None


def bio(rng: Random, *, name: str, sex: str, months: int, activity: int) -> str:
    """Some sentences about a dog, as its owner would put them."""
    words = load("bios")
    sentences = [
        rng.choice(words["openings"]),
        rng.choice(words[_LIVELINESS[activity]]),
        *rng.sample(words["quirks"], rng.choice((0, 1, 1, 2))),
        rng.choice(words["closings"]),
    ]
    pronouns = _PRONOUNS[sex]
    starts = {word.capitalize(): pronoun.capitalize() for word, pronoun in pronouns.items()}
    text = " ".join(filter(None, sentences))
    return text.format(name=name, age=age_in_words(months), **pronouns, **starts)


def age_in_words(months: int) -> str:
    """How an owner tells the age: "eight months" for a puppy, "three" for a dog of three years."""
    if months >= 12:
        return _NUMBERS[min(20, months // 12)]
    return f"{_NUMBERS[months]} months" if months > 1 else "a few weeks"


def prompts(rng: Random) -> list[dict[str, str]]:
    """Two to four questions with answers, or now and then none."""
    answers = load("bios")["answers"]
    questions = rng.sample(list(answers), rng.choice((0, 2, 2, 3, 3, 4)))
    return [
        {"question": question, "answer": rng.choice(answers[question])} for question in questions
    ]


def comment(rng: Random, *, mine: str, theirs: str) -> str:
    """What somebody adds to a like, if anything."""
    if rng.random() < 0.45:
        return ""
    return rng.choice(load("bios")["likes"]["comments"]).format(mine=mine, theirs=theirs)


def conversation(rng: Random, *, a: str, b: str, place: str) -> list[Line]:
    """Messages between the owners of a, who liked first, and b."""
    return _lines(rng.choice(load("chats")["chats"]), a=a, b=b, place=place)


def acquainted(*, a: str, b: str, place: str) -> list[Line]:
    """The long conversation of the two owners whose sign-ins are known."""
    return _lines(load("chats")["acquainted"], a=a, b=b, place=place)


def _lines(script: str, **names: str) -> list[Line]:
    pairs = re.findall(r"^([ab]): (.+)$", script, re.MULTILINE)
    return [
        Line(by_first=who == "a", text=None if text == "@" else text.format(**names))
        for who, text in pairs
    ]
