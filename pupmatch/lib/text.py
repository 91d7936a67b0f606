"""What text may not be, wherever it is typed: validators for models and serializers."""

import unicodedata

from django.core.exceptions import ValidationError

# Letters and signs, as Unicode has it, that are drawn as nothing: fillers of Hangul, Braille's blank,
# a joiner, vowels of Khmer, and selectors of variants.
BLANKS = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
) | frozenset(map(chr, range(0xFE00, 0xFE10)))


def shows_something(text: str) -> None:
    """Refuses text of nothing but spaces and signs without a shape, such as U+200B."""
    if all(sign in BLANKS or unicodedata.category(sign)[0] in "CZ" for sign in text):
        raise ValidationError("There is nothing to see in this.", code="blank")


def on_one_line(text: str) -> None:
    """Refuses line breaks and other control characters; a name ends up in the subjects of mails."""
    if any(unicodedata.category(sign) in ("Cc", "Zl", "Zp") for sign in text):
        raise ValidationError("Use one line of plain text.", code="control_character")
