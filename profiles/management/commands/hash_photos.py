"""Gives photos of older releases what look-alikes are found by."""

from typing import Any

from django.core.management.base import BaseCommand

from profiles.lookalikes import fill_hashes


class Command(BaseCommand):
    """Can run at any time, be broken off, and run again; nobody waits for it."""

    help = "Fill in the perceptual hash of photos that were uploaded before there were any."

    def handle(self, *args: Any, **options: Any) -> None:
        """Some photos at a time."""
        total, after = 0, None
        while True:
            count, after = fill_hashes(after=after)
            if not count:
                break
            total += count
            self.stdout.write(f"{total} photos read")
        self.stdout.write("No photo is left without a hash but plain surfaces and lost files.")
