"""Removes from storage the files that nothing refers to any more."""

from typing import Any

from django.core.management.base import BaseCommand

from pupmatch.lib.files import purge


class Command(BaseCommand):
    """Run it from cron; deletions call the same code right after they commit."""

    help = "Remove stored files that nothing refers to any more. Safe to run at any time."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{purge()} files removed")
