"""Removes what has outlived its use."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.services import clear_expired
from pupmatch.lib.idempotency import forget_expired_answers
from pupmatch.lib.throttling import forget_past_windows


class Command(BaseCommand):
    """Run it from cron, once a day."""

    help = "Remove old sign-ins, sign-in attempts, rate counters and remembered answers."

    def handle(self, *args: Any, **options: Any) -> None:
        removed = clear_expired() + forget_past_windows() + forget_expired_answers()
        self.stdout.write(f"{removed} rows removed")
