"""What text may not be, wherever it is typed: validators for models and serializers."""

import re
import unicodedata

from django.core.exceptions import ValidationError

# Letters and signs, as Unicode has it, that are drawn as nothing: fillers of Hangul, Braille's blank,
# a joiner, vowels of Khmer, and selectors of variants.
BLANKS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
) | frozenset(map(chr, range(0xFE00, 0xFE10)))
# In the middle of words of Persian or Hindi, and of emoji that are one out of several.
JOINERS = "\u200c\u200d"
# The flags of England, Scotland and Wales: a black one, and letters that are not drawn.
FLAG = re.compile("\U0001f3f4[\U000e0061-\U000e007a]{3,6}\U000e007f")
# Of accents upon one another no script has more.
MOST_MARKS = 4


def shows_something(text: str) -> None:
    """Refuses text of nothing but spaces and signs without a shape, such as U+200B."""
    if all(sign in BLANKS or unicodedata.category(sign)[0] in "CZ" for sign in text):
        raise ValidationError("There is nothing to see in this.", code="blank")


def on_one_line(text: str) -> None:
    """Refuses line breaks and other control characters; a name ends up in the subjects of mails."""
    if any(unicodedata.category(sign) in ("Cc", "Zl", "Zp") for sign in text):
        raise ValidationError("Use one line of plain text.", code="control_character")


def reads_as_drawn(text: str) -> None:
    """Refuses what is not drawn or turns others around, and towers of accents.

    For names, by which people tell each other. What comes with letters and emoji may stay.
    """
    before, marks = "", 0
    for sign in FLAG.sub("\U0001f3f4", text):
        kind = unicodedata.category(sign)
        if kind == "Cf" and not (sign in JOINERS and _may_be_joined(before)):
            raise ValidationError("Leave out what is not drawn.", code="unseen_character")
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if marks > MOST_MARKS:
            raise ValidationError("These are too many accents on one letter.", code="stacked_marks")
        before = sign
    if before and before in JOINERS:
        raise ValidationError("Leave out what is not drawn.", code="unseen_character")


def _may_be_joined(sign: str) -> bool:
    """Whether it is a letter, mark or sign of other scripts than the Latin one."""
    return sign > "\u02ff" and unicodedata.category(sign)[0] in "LMS"
