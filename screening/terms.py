"""The word list of staff: which of its words a text holds."""

import re
from functools import lru_cache

from screening.folding import folded
from screening.models import Term

WORD = re.compile(r"\w+")


def listed(text: str, *, place: str) -> list[Term]:
    """The terms of the list that stand in a text, as whole words in their order.

    Neither capitals nor accents nor what stands between the words makes a difference.
    """
    where = {"in_openers": True} if place == "opener" else {"in_profiles": True}
    written = words(text)
    terms = Term.objects.filter(**where).only("text", "response").order_by("pk")
    return [
        term for term in terms if _of_term(term.text).strip() and _of_term(term.text) in written
    ]


def words(text: str) -> str:
    """The words of a text with one blank around each."""
    return f" {' '.join(WORD.findall(folded(text)))} "


_of_term = lru_cache(maxsize=4096)(words)
