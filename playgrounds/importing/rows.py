"""A row of a file, the place that it becomes, and the reason why it becomes none."""

import hashlib
from dataclasses import dataclass, field
from typing import Any
from unicodedata import category, normalize

from playgrounds.models import MAX_NAME


class Skip(Exception):
    """The row becomes no playground; the message is the reason, alike for all such rows."""


class Unreadable(Exception):
    """The file cannot be read as what it says it is."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a file says about one thing: properties, by names in lower case, and a geometry."""

    number: int
    properties: dict[str, Any]
    geometry: Any = None
    id: Any = None

    def text(self, *names: str, limit: int = MAX_NAME) -> str:
        """The first of these properties that says something, as one clean line."""
        for name in names:
            if found := clean(self.properties.get(name)):
                return shorten(found, limit)
        return ""

    @property
    def label(self) -> str:
        """What a person would look for in the file."""
        known = [clean(self.id) or self.text("@id", "system", "system_id", "id"), self.text("name")]
        return " ".join(["row", str(self.number), *(part for part in known if part)])


@dataclass(frozen=True, slots=True)
class Place:
    """A row that makes a playground."""

    name: str
    longitude: float
    latitude: float
    place: str = ""
    description: str = ""
    features: list[str] = field(default_factory=list)

    def derived_id(self) -> str:
        """An id for a row that has none: the same place in the next file gets the same one."""
        told = f"{self.name}\x00{self.place}\x00{self.longitude!r}\x00{self.latitude!r}"
        return "derived:" + hashlib.blake2s(told.encode(), digest_size=12).hexdigest()


SAYS_NOTHING = {"", "-", "--", "?", "n/a", "na", "none", "null", "nan", "unknown", "unnamed", "tbd"}


def clean(value: Any) -> str:
    """One line of what PostgreSQL can hold; placeholders such as "N/A" are nothing."""
    if value is None or isinstance(value, bool | dict | list):
        return ""
    storable = str(value).encode(errors="ignore").decode()  # drops halves of surrogate pairs
    storable = normalize("NFC", storable)  # files from a Mac spell ö as o and two dots
    line = " ".join("".join(" " if category(c) == "Cc" else c for c in storable).split())
    return "" if line.casefold() in SAYS_NOTHING else line


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters; an ellipsis tells that there were more."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def says_yes(value: Any) -> bool:
    """Whether a property affirms: yes, true, 1 …, but also JSON's own true."""
    return value is True or clean(value).casefold() in {"yes", "y", "true", "t", "1", "designated"}
