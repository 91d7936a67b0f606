"""Brings in the playgrounds of an open data set."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from playgrounds.importing.datasets import UnknownDataset
from playgrounds.importing.rows import Unreadable
from playgrounds.importing.service import AlreadyRunning, import_file
from playgrounds.models import MAX_ATTRIBUTION, MAX_SOURCE


class Command(BaseCommand):
    """A second run of the same file changes nothing."""

    help = (
        "Import playgrounds from GeoJSON (points, areas; OpenStreetMap's tags) or CSV (columns "
        "latitude and longitude). Known by its id in the data set, a place is added once and "
        "changed when its row changes; places gone from the file are reported and kept. Run it "
        "again with a newer file at any time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What may be said besides the file."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--source", default="", help="what to call the data set")
        parser.add_argument(
            "--attribution", default="", help="the credit that its licence asks for"
        )
        parser.add_argument("--dry-run", action="store_true", help="report, and write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, write the difference, and report."""
        path = options["file"]
        for name, limit in {"source": MAX_SOURCE, "attribution": MAX_ATTRIBUTION}.items():
            if len(options[name]) > limit:
                raise CommandError(f"--{name} takes at most {limit} characters.")
        try:
            with path.open(encoding="utf-8-sig", newline="") as text, _bar(path) as bar:
                report = import_file(
                    text=text,
                    name=path.name,
                    source=options["source"].strip(),
                    attribution=options["attribution"].strip(),
                    dry_run=options["dry_run"],
                    progress=lambda: bar.update(text.buffer.tell() - bar.n),
                )
        except (OSError, Unreadable, UnknownDataset, AlreadyRunning) as error:
            raise CommandError(f"{path.name}: {error}") from error
        for line in report.lines():
            self.stdout.write(line)


def _bar(path: Path) -> tqdm:
    # Counted in bytes: how many rows there are is known at the end only.
    return tqdm(total=path.stat().st_size, unit="B", unit_scale=True, desc=path.name, disable=None)
