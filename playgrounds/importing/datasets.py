"""Which data set a file is of: what it is called, whom to credit, what its rows mean."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from playgrounds.importing import osm, tables
from playgrounds.importing.rows import Place, Row


class UnknownDataset(Exception):
    """The file does not say where it comes from; a person must."""


@dataclass(frozen=True)
class Dataset:
    """A data set. `is_whole`: a file holds all of it, and not the part of some area."""

    source: str
    attribution: str
    id_of: Callable[[Row], str] = tables.id_of
    place_of: Callable[[Row], Place] = tables.place_of
    is_whole: bool = True
    columns: frozenset[str] = frozenset()


OPENSTREETMAP = Dataset("openstreetmap", osm.ATTRIBUTION, osm.id_of, osm.place_of, is_whole=False)
NEW_YORK = "NYC Parks, via NYC Open Data"
KNOWN_BY_COLUMNS = [
    Dataset(
        "nyc-dog-runs",
        NEW_YORK,
        place_of=tables.dog_run_of,
        columns=frozenset({"system", "propertyname", "gispropnum"}),
    ),
    Dataset(
        "nyc-playgrounds",
        NEW_YORK,
        columns=frozenset({"system_id", "gis_prop_num", "community_board"}),
    ),
]


def recognise(
    rows: Iterable[Row], members: dict, *, source: str = "", attribution: str = ""
) -> Dataset:
    """The data set of a file, by its first rows and by what it says of itself.

    `source` and `attribution`, where given, outrank what is known. Raises UnknownDataset when
    either stays open: a credit is not guessed.
    """
    known = _known(rows, members)
    source = source or (known.source if known else "")
    attribution = attribution or (known.attribution if known else "")
    if not source or not attribution:
        raise UnknownDataset(
            "This data set is not known: give it a name with --source, and with --attribution "
            "the credit that its licence asks for."
        )
    return replace(known or Dataset(source, attribution), source=source, attribution=attribution)


def _known(rows: Iterable[Row], members: dict) -> Dataset | None:
    rows = list(rows)
    says_osm = any("openstreetmap" in str(value)[:1000].casefold() for value in members.values())
    if says_osm or any(osm.is_osm(row) for row in rows):
        return OPENSTREETMAP
    columns = {name.casefold() for row in rows for name in row.properties}
    return next((known for known in KNOWN_BY_COLUMNS if known.columns <= columns), None)
