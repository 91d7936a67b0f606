"""The tables of docs/access.md, as tests read them."""

import re
from functools import cache
from typing import NamedTuple

from moderation.roles import Role
from tests.access.world import NO_GROUP, SUPERUSER
from tests.pages import page, section

# The callers of each column, in the order in which a cell names two answers.
COLUMNS = {
    "owner": ("owner", "paused"),
    "limited": ("limited",),
    "barred": ("suspended", "banned"),
    "nobody": ("nobody", "expired", "ended"),
    "stranger": ("stranger",),
    "matched": ("matched",),
    "former": ("former",),
    "blocked": ("refused", "refuser"),
    "blocked later": ("blocked", "blocker"),
    "incomplete": ("incomplete",),
    "no dog": ("no dog",),
    "staff": tuple(f"staff: {role}" for role in (NO_GROUP, *Role, SUPERUSER)),
}
# What an empty cell is the same as.
AS = {name: "owner" if name == "limited" else "stranger" for name in COLUMNS}
# What every refusal of this kind says, where a cell says nothing but –.
STANDARD = {
    "nobody": "401 not_authenticated",
    "expired": "401 token_expired",
    "ended": "401 session_ended",
    "suspended": "403 account_suspended",
    "banned": "403 account_banned",
}
# The code of a problem that is not worth writing down.
PLAIN = {"400": "invalid", "403": "not_allowed", "404": "not_found"}


class Row(NamedTuple):
    """What the table says of one request."""

    name: str
    cells: dict[str, str]

    def allowed(self, caller: str) -> str:
        """The status, and the code of a problem, that this caller is answered."""
        column = next(name for name, callers in COLUMNS.items() if caller in callers)
        cell = self.cells[column] or self.cells[AS[column]]
        if cell == "–":
            return STANDARD[caller]
        answers = cell.split(" / ")
        position = COLUMNS[column].index(caller)
        return full(answers[position] if len(answers) > 1 else answers[0])


def full(answer: str) -> str:
    """`404` is `404 not_found`."""
    return f"{answer} {PLAIN[answer]}" if answer in PLAIN else answer


def _lines(heading: str) -> list[list[str]]:
    part = section(page("access.md"), heading)
    return [
        [cell.strip() for cell in line.strip()[1:-1].split("|")]
        for line in part.splitlines()
        if line.startswith("|") and not line.startswith("|--")
    ]


@cache
def operations_table() -> dict[str, Row]:
    """What is answered to whom, by the request."""
    head, *lines = _lines("Operations")
    assert head == ["request", *COLUMNS]
    found: dict[str, Row] = {}
    for name, *cells in lines:
        name = name.replace("`", "")
        assert name not in found, f"{name} has two rows"
        found[name] = Row(name, dict(zip(COLUMNS, cells, strict=True)))
    return found


class Shape(NamedTuple):
    """The fields of one shape, and the shape of those that have one."""

    name: str
    told_to: str
    fields: dict[str, str]
    optional: frozenset[str]
    # The requests and events that are answered by one, and those by pages of them.
    answers: tuple[str, ...]
    pages: tuple[str, ...]


def _shape(name: str, told_to: str, said: str, of: str) -> Shape:
    fields, optional = {}, set()
    for part in filter(None, said.replace("`", "").split(", ")):
        field, _, kind = part.partition(": ")
        if field.endswith("?"):
            field = field[:-1]
            optional.add(field)
        assert field not in fields, f"{name} has {field} twice"
        fields[field] = kind
    single, _, pages = of.partition("pages of ")
    answers = tuple(re.findall(r"`([^`]+)`", single))
    return Shape(
        name, told_to, fields, frozenset(optional), answers, tuple(re.findall(r"`([^`]+)`", pages))
    )


@cache
def shapes_table() -> dict[str, Shape]:
    """Which fields there are in which answer."""
    head, *lines = _lines("Fields")
    assert head == ["shape", "told to", "fields", "of"]
    found: dict[str, Shape] = {}
    for name, *cells in lines:
        name = name.replace("`", "")
        assert name not in found, f"{name} has two rows"
        found[name] = _shape(name, *cells)
    return found


@cache
def bodies_table() -> dict[str, set[str]]:
    """Which fields a body may have, by the operation."""
    _, *lines = _lines("Bodies")
    return {name.strip("`"): set(re.findall(r"`([^`]+)`", fields)) for name, fields in lines}


class FrameRow(NamedTuple):
    """What comes of one type of frame."""

    fields: tuple[str, ...]
    # By the column's name, for each of its callers.
    outcomes: dict[str, list[str]]


@cache
def frames_table() -> dict[str, FrameRow]:
    """What comes of each type of frame, by who sends it."""
    head, *lines = [line for line in _lines("Frames") if len(line) > 2]
    found = {}
    for name, fields, *cells in lines:
        outcomes = {
            column: [part.strip("`") for part in cell.split(" / ")]
            for column, cell in zip(head[2:], cells, strict=True)
        }
        found[name.strip("`")] = FrameRow(tuple(re.findall(r"`([^`]+)`", fields)), outcomes)
    return found


@cache
def doors_table() -> dict[str, str]:
    """How a connection is answered, by what it comes with."""
    _, *lines = [line for line in _lines("Frames") if len(line) == 2]
    return dict(lines)  # type: ignore[arg-type]
