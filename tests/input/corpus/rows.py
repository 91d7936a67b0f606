"""A row of the corpus."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """Something bad to send. `category` says where it can be placed (`tests.input.placing`).

    What `is_refused` is a refusal wherever it stands; of anything else the schema of its place
    decides.
    """

    id: str
    category: str
    value: Any
    is_refused: bool = False

    def __str__(self) -> str:
        return self.id


def rows(category: str, values: dict[str, Any], *, is_refused: bool = False) -> list[Row]:
    """Rows of one category by name."""
    return [Row(f"{category}: {name}", category, it, is_refused) for name, it in values.items()]


def numbered(name: str, values: Iterable[Any]) -> dict[str, Any]:
    """Values that need no name each."""
    return {f"{name} {number}": value for number, value in enumerate(values, 1)}
