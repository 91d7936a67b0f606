"""Runs jobs."""

import asyncio
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from pupmatch.lib.jobs.worker import work


class Command(BaseCommand):
    """As many of these may run as you like, on as many machines."""

    help = "Run jobs until SIGTERM, which lets the running ones finish."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--concurrency",
            type=int,
            default=settings.WORKER_CONCURRENCY,
            help="how many jobs at a time (default: WORKER_CONCURRENCY)",
        )
        parser.add_argument(
            "--grace",
            type=float,
            default=settings.WORKER_GRACE,
            help="seconds that they may take to finish in the end (default: WORKER_GRACE)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        asyncio.run(work(concurrency=options["concurrency"], grace=options["grace"]))
