"""Writes the difference between a file and what is stored."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from operator import attrgetter
from typing import TextIO

from django.contrib.gis.geos import Point
from django.db import connection, transaction

from playgrounds.importing.datasets import Dataset, recognise
from playgrounds.importing.readers import reader_for
from playgrounds.importing.report import Report
from playgrounds.importing.rows import Place, Row, Skip
from playgrounds.models import MAX_SOURCE_ID, Playground

BATCH = 500
SAMPLE = 50
WRITTEN = [
    "name",
    "place",
    "description",
    "features",
    "attribution",
    "location",
    "updated_at",
]


class AlreadyRunning(Exception):
    """Another import of the same data set has not finished."""


def import_file(
    *,
    text: TextIO,
    name: str,
    source: str = "",
    attribution: str = "",
    dry_run: bool = False,
    progress: Callable[[], object] = lambda: None,
) -> Report:
    """Bring the playgrounds of a data set up to date with a file.

    One transaction: a file that breaks off in the middle changes nothing. Run again, it changes
    nothing. Rows that are gone from the file are told and kept, for they may be somebody's
    favourites. Raises Unreadable, UnknownDataset, AlreadyRunning.
    """
    reader = reader_for(text, name)
    rows = iter(reader)
    first = list(islice(rows, SAMPLE))
    dataset = recognise(first, reader.members, source=source, attribution=attribution)
    report = Report(dataset.source, dataset.attribution, dry_run=dry_run)
    with transaction.atomic():
        _lock(dataset)
        _Import(dataset, report).run(chain(first, rows), progress)
    return report


def _lock(dataset: Dataset) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended('import:' || %s, 0))",
            [dataset.source],
        )
        if not cursor.fetchone()[0]:
            raise AlreadyRunning(f"Another import of {dataset.source} is running.")


class _Import:
    """One run: the ids seen so far, and the box around their places."""

    def __init__(self, dataset: Dataset, report: Report) -> None:
        self.dataset, self.report = dataset, report
        self.seen: set[str] = set()
        self.box = [180.0, 90.0, -180.0, -90.0]

    def run(self, rows: Iterable[Row], progress: Callable[[], object]) -> None:
        places = self._places(rows)
        while batch := dict(islice(places, BATCH)):
            self._write(batch)
            progress()
        self._tell_what_is_gone()
        progress()

    def _places(self, rows: Iterable[Row]) -> Iterator[tuple[str, Place]]:
        for row in rows:
            self.report.read += 1
            try:
                yield self._place(row)
            except Skip as skip:
                self.report.skip(str(skip), row.label)

    def _place(self, row: Row) -> tuple[str, Place]:
        source_id = self.dataset.id_of(row)
        if source_id:
            self._see(source_id, "the same id again")
        place = self.dataset.place_of(row)
        if not source_id:
            source_id = place.derived_id()
            self._see(source_id, "the same place again, without an id")
        west, south, east, north = self.box
        x, y = place.longitude, place.latitude
        self.box = [min(west, x), min(south, y), max(east, x), max(north, y)]
        return source_id, place

    def _see(self, source_id: str, reason: str) -> None:
        if len(source_id) > MAX_SOURCE_ID:
            raise Skip("the id is too long")
        if source_id in self.seen:
            raise Skip(reason)
        self.seen.add(source_id)

    def _write(self, batch: dict[str, Place]) -> None:
        stored = {
            playground.source_id: playground
            for playground in Playground.objects.filter(
                source=self.dataset.source, source_id__in=batch
            )
        }
        added, changed = [], []
        for source_id, place in batch.items():
            playground = stored.get(source_id)
            if playground is None:
                added.append(self._filled(Playground(source_id=source_id), place))
            elif not self._is_as_before(playground, place):
                changed.append(self._filled(playground, place))
        self.report.added += len(added)
        self.report.changed += len(changed)
        self.report.unchanged += len(batch) - len(added) - len(changed)
        if not self.report.dry_run:
            # In the order in which everybody locks places.
            changed.sort(key=attrgetter("pk"))
            Playground.objects.bulk_create(
                [*added, *changed],
                update_conflicts=True,
                unique_fields=["id"],
                update_fields=WRITTEN,
            )

    def _filled(self, playground: Playground, place: Place) -> Playground:
        playground.source, playground.attribution = self.dataset.source, self.dataset.attribution
        playground.name, playground.place = place.name, place.place
        playground.description, playground.features = place.description, place.features
        playground.location = Point(place.longitude, place.latitude, srid=4326)
        return playground

    def _is_as_before(self, playground: Playground, place: Place) -> bool:
        return (
            playground.name == place.name
            and playground.place == place.place
            and playground.description == place.description
            and playground.features == place.features
            and playground.attribution == self.dataset.attribution
            and playground.location.coords == (place.longitude, place.latitude)
        )

    def _tell_what_is_gone(self) -> None:
        stored = Playground.objects.filter(source=self.dataset.source)
        if not self.dataset.is_whole:
            # An extract says nothing about places outside of its area.
            west, south, east, north = self.box
            stored = stored.in_box(west=west, south=south, east=east, north=north)
        for source_id, name in stored.values_list("source_id", "name").order_by("id").iterator():
            if source_id not in self.seen:
                self.report.gone.add(f"{source_id} {name}")
