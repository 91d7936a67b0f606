"""Compares what is counted with what it is counted from."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from matching.counters import check_counters


class Command(BaseCommand):
    """Can run at any time; nobody waits for it."""

    help = (
        "Compare unread counts, positions, last messages, photo counts and whoever may be in a deck "
        "with the rows that they are made from. Exits with 1 when some are wrong and stay so."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to change anything."""
        parser.add_argument("--repair", action="store_true", help="set right what is wrong")

    def handle(self, *args: Any, **options: Any) -> None:
        """Report each column with wrong rows."""
        wrong = check_counters(repair=options["repair"])
        for name, number in sorted(wrong.items()):
            self.stdout.write(f"{name}: {number} wrong")
        if not wrong:
            self.stdout.write("Everything agrees.")
        elif options["repair"]:
            self.stdout.write("Repaired.")
        else:
            raise CommandError("Run it again with --repair to set them right.")
