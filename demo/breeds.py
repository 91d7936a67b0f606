"""Breeds as registers spell them, and as the product's list knows them."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from demo.wording import load

MIXED = "Mixed breed"
# "… mix" entries of the product's list, by a word of the breed that is mixed in.
_MIXES = ("Retriever", "Poodle", "Chihuahua", "Terrier", "Shepherd", "Spaniel", "Hound", "Bulldog")


@dataclass(frozen=True)
class Kind:
    """A breed that is common enough to know how big and how lively it is."""

    name: str
    weight: float
    size: str
    energy: int


@cache
def kinds() -> dict[str, Kind]:
    """The common breeds by name."""
    return {row["name"]: Kind(**row) for row in load("breeds")["breeds"]}


class Register:
    """Finds the product's breed for what a register wrote."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = {name.casefold(): name for name in known}
        self._found: dict[tuple[str, bool], str | None] = {}

    def find(self, text: str, *, is_mix: bool = False) -> str | None:
        """The breed on the list, or None when nothing comes near."""
        key = (text.casefold(), is_mix)
        if key not in self._found:
            self._found[key] = self._search(*key)
        return self._found[key]

    def _search(self, text: str, is_mix: bool) -> str | None:
        breed = self._direct(text) or self._direct(_without_qualifiers(text)) or self._similar(text)
        if not is_mix:
            return breed
        words = (breed or text).casefold()
        mixes = (f"{word} mix" for word in _MIXES if word.casefold() in words)
        return self._direct(next(mixes, MIXED)) or self._direct(MIXED)

    def _direct(self, text: str) -> str | None:
        alias = load("breeds")["aliases"].get(text, text)
        return self._known.get(alias.casefold())

    def _similar(self, text: str) -> str | None:
        close = difflib.get_close_matches(text, self._known, n=1, cutoff=0.88)
        return self._known[close[0]] if close else None


def _without_qualifiers(text: str) -> str:
    qualifiers = load("breeds")["qualifiers"]
    words = re.split(r"[\s-]+", text)
    return " ".join(word for word in words if word not in qualifiers)
