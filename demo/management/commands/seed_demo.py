"""Fills the database with a town of made-up dogs."""

from argparse import ArgumentParser, BooleanOptionalAction
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from demo import founding
from demo.licences import Licence, Licences, UnreadableFile
from demo.settling import DOMAIN, LEAD, MODERATOR, PASSWORD, STAFF, owners
from demo.town import Town, UnknownCity, find_city

FEWEST_DOGS = 3


class Command(BaseCommand):
    """Made-up dogs around a real city: photos, likes, matches, conversations and playgrounds."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("--city", default="Seattle", help='for example "Seattle" or "Springfield, US"')
        add("--country", help="its two-letter code, for names that several cities have")
        add("--dogs", type=int, default=500, help="how many (default: 500)")
        add("--seed", type=int, default=1, help="the same seed makes the same town (default: 1)")
        add("--dogs-from", type=Path, metavar="FILE", help="CSV of licensed dogs to take them from")
        add(
            "--photos",
            action=BooleanOptionalAction,
            default=True,
            help="draw pictures, or make do with plain tiles, which is quick",
        )
        add("--reset", action="store_true", help="erase the demo town that is there first")
        add("--force", action="store_true", help="even outside DEBUG, known passwords and all")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEBUG or options["force"]):
            raise CommandError(
                "This makes accounts with known passwords, staff included, so it runs only with "
                "DEBUG on. If that is what you want: --force."
            )
        if options["dogs"] < FEWEST_DOGS:
            raise CommandError(f"A town has at least {FEWEST_DOGS} dogs.")
        self.is_quiet = options["verbosity"] == 0
        if founding.is_founded() and not options["reset"]:
            count = owners().filter(profile__isnull=False).count()
            self.stdout.write(f"The demo town is there already, with {count} dogs.")
        else:
            self._found(options)
        self._tell_sign_ins()

    def _found(self, options: dict[str, Any]) -> None:
        seed, now = options["seed"], timezone.now()
        town, licences = self._town(options), self._licences(options)
        # Also after a run that was interrupted: half a town is harder to understand than none.
        founding.clear(self._progress)
        dogs = founding.breed_dogs(
            options["dogs"], seed=seed, town=town, licences=licences, today=now.date()
        )
        census = founding.found(
            town, dogs, seed=seed, now=now, drawn=options["photos"], progress=self._progress
        )
        self.stdout.write(
            f"{census.dogs} dogs moved to {town.city.name}, {town.city.country}. There were "
            f"{census.likes} likes and {census.matches} matches, and {census.playgrounds} "
            "playgrounds are open."
        )

    def _town(self, options: dict[str, Any]) -> Town:
        try:
            return Town(find_city(options["city"], options["country"]), options["seed"])
        except UnknownCity as error:
            raise CommandError(str(error)) from error

    def _licences(self, options: dict[str, Any]) -> list[Licence]:
        if options["dogs_from"] is None:
            return []
        source = Licences(options["dogs_from"], this_year=timezone.now().year)
        try:
            found = source.sample(options["dogs"] - 2, Random(f"{options['seed']}/licences"))
        except UnreadableFile as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{len(found)} dogs are taken from {options['dogs_from']}. In the file:")
        for reason, count in (source.skipped + source.mended).most_common():
            self.stdout.write(f"  {count} × {reason}")
        return found

    def _progress(self, things: Iterable[Any], title: str, total: int) -> Iterable[Any]:
        return tqdm(
            things,
            title,
            total,
            disable=True if self.is_quiet or not total else None,
            unit="",
            leave=False,
        )

    def _tell_sign_ins(self) -> None:
        self.stdout.write(f"Sign in with the password {PASSWORD} as:")
        for email, who in (
            (f"ada@{DOMAIN}", "the owner of Waffles"),
            (f"ben@{DOMAIN}", "the owner of Nori"),
            (STAFF, "staff, in the admin"),
            (f"{MODERATOR}@{DOMAIN}", "a moderator, at the staff desk"),
            (f"{LEAD}@{DOMAIN}", "a lead, at the staff desk"),
        ):
            self.stdout.write(f"  {email:<32}{who}")
