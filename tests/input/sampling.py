"""Which placements are played: all, or a sample in which every row and every place occurs."""

from collections import defaultdict
from collections.abc import Iterable
from zlib import crc32

from tests.input.corpus.rows import Row
from tests.input.operations import Operation
from tests.input.placing import Placement, placements


def product(rows: list[Row], operations: tuple[Operation, ...]) -> list[Placement]:
    """Each row at each place."""
    return [each for row in rows for each in placements(row, operations)]


def sample(rows: list[Row], operations: tuple[Operation, ...]) -> list[Placement]:
    """Each row once, then each place that has not had any, once; the same ones every time."""
    by_place: dict[tuple, list[Placement]] = defaultdict(list)
    chosen: dict[tuple, Placement] = {}
    for row in rows:
        found = list(placements(row, operations))
        for each in found:
            by_place[_place(each)].append(each)
        if found:
            one = one_of(found, row.id)
            chosen[row.id, _place(one)] = one
    had = {place for _, place in chosen}
    for place, found in by_place.items():
        if place not in had:
            one = one_of(found, str(place))
            chosen[one.row.id, place] = one
    return list(chosen.values())


def _place(placement: Placement) -> tuple:
    return placement.row.category, placement.operation.id, str(placement.slot or placement.header)


def one_of(found: Iterable[Placement], name: str) -> Placement:
    """By a hash that is the same in every process."""
    return min(found, key=lambda each: crc32(f"{name} {each}".encode("utf-8", "replace")))
