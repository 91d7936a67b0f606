"""Passwords that attackers try first: the product's own list, and one that a deployer may add.

A list is a text file of SHA-1 sums in hexadecimal capitals, one a line and sorted, as the Pwned
Passwords are downloaded (`SUM:count`); sums may be cut short. It is searched where it lies: a look-up
reads some thirty lines of a thousand million, and no list is ever in memory.
"""

import hashlib
import mmap
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError

# 69,000 passwords and words; bin/common_passwords makes it.
COMMON = Path(__file__).parent / "data" / "common-passwords.txt"
# What people hang on to a word, because some form asked for a digit or a sign.
TAIL = re.compile(r"[\d\W_]{1,4}$")


class HashList:
    """A sorted file of sums. It may be replaced by another of the same name, but not written into."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._text = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def __contains__(self, password: str) -> bool:
        wanted = hashlib.sha1(password.encode(errors="replace"), usedforsecurity=False)
        digest = wanted.hexdigest().upper().encode()
        low, high = 0, len(self._text)
        while low < high:
            start = self._text.rfind(b"\n", low, (low + high) // 2) + 1 or low
            end = self._text.find(b"\n", start)
            end = len(self._text) if end < 0 else end
            found = self._text[start:end].partition(b":")[0].rstrip()
            if digest.startswith(found) and found:
                return True
            low, high = (end + 1, high) if found < digest else (low, start)
        return False


@cache
def hash_list(path: Path) -> HashList:
    """A list, opened once for each process."""
    return HashList(path)


class GuessableValidator:
    """Refuses what is on a list, in any capitals and whatever width its letters have."""

    def validate(self, password: str, user: object = None) -> None:
        """Raises ValidationError, with a code for each list."""
        if any(form in hash_list(COMMON) for form in _with_stems(password)):
            raise ValidationError(
                "This password is among the first that anybody tries.", "password_too_common"
            )
        breached = settings.BREACHED_PASSWORDS_FILE
        if breached and any(form in hash_list(breached) for form in _forms(password)):
            raise ValidationError(
                "This password has appeared in a data breach; attackers try it.",
                "password_breached",
            )

    def get_help_text(self) -> str:
        """What Django's own forms say beside the field."""
        return "Your password can’t be a common one, nor one that is known from a data breach."


def _forms(password: str) -> Iterator[str]:
    """As it is, and as it is listed."""
    yield password
    plain = unicodedata.normalize("NFKC", password)
    yield plain
    yield plain.lower()


def _with_stems(password: str) -> Iterator[str]:
    plain = unicodedata.normalize("NFKC", password).lower()
    yield plain
    yield TAIL.sub("", plain)
