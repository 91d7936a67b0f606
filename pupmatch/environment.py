"""Reads and checks the environment on behalf of `pupmatch.settings`, which alone may import it."""

import re
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

DEVELOPMENT_SECRET = "development-only-secret-that-production-refuses-to-start-with"  # noqa: S105 (its name says so)


def secret(name: str, *, debug: bool, default: str = "") -> str:
    """One secret. In production it must be long, not the development one, and set where it has no default."""
    value = env.str(name, default="") or default
    if debug:
        return value or DEVELOPMENT_SECRET
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. Generate one: openssl rand -base64 48")
    if value == DEVELOPMENT_SECRET or len(value) < 40:
        raise ImproperlyConfigured(
            f"{name} is a default or shorter than 40 characters. Generate one: "
            "openssl rand -base64 48"
        )
    return value


def database(name: str = "DATABASE_URL") -> dict:
    """The PostGIS database named by a URL; says what is wrong with one that cannot be used."""
    example = "postgis://user:password@host:5432/pupmatch, or postgis://user@//socket/folder/name"
    url = env.str(name, default="")
    if not url:
        raise ImproperlyConfigured(f"{name} is not set. It looks like {example}")
    scheme = url.split(":", 1)[0]
    if scheme not in {"postgis", "postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"{name} starts with {scheme!r}; PupMatch runs on PostGIS only: {example}"
        )
    try:
        config = environ.Env.db_url_config("postgis" + url[len(scheme) :])
    except (ValueError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured(
            f"{name} cannot be read ({error}). It looks like {example}"
        ) from error
    if not config.get("NAME"):
        raise ImproperlyConfigured(f"{name} names no database after the last slash: {example}")
    return config


def number(name: str, default: float, *, least: float, most: float) -> float:
    """A number within bounds; anything else stops the start with a sentence."""
    raw = env.str(name, default=str(default))
    try:
        value = float(raw)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}={raw!r} is not a number") from error
    # Written so that NaN, which compares false with everything, is refused too.
    if not least <= value <= most:
        raise ImproperlyConfigured(f"{name}={raw} is outside {least:g} to {most:g}")
    return value


def whole_number(name: str, default: int, *, least: int, most: int) -> int:
    """A whole number within bounds."""
    value = number(name, default, least=least, most=most)
    if value != int(value):
        raise ImproperlyConfigured(f"{name}={value} is not a whole number")
    return int(value)


def one_of(name: str, *values: str) -> str:
    """One of these values, the first unless another is named."""
    value = env.str(name, default="") or values[0]
    if value not in values:
        raise ImproperlyConfigured(f"{name}={value!r} is none of {', '.join(values)}")
    return value


def patience_with_buckets() -> Any:
    """How long S3 may take: one that hangs is given up before whoever sends a photo gives us up."""
    from botocore.config import Config  # 17 MB, for those alone who have a bucket

    return Config(connect_timeout=1, read_timeout=1.5, retries={"total_max_attempts": 1})


def hash_list(name: str) -> Path | None:
    """A sorted text file of SHA-1 sums, as the Pwned Passwords are downloaded; None where unset."""
    raw = env.str(name, default="")
    if not raw:
        return None
    path = BASE_DIR / raw
    try:
        with path.open("rb") as file:
            begins = file.readline(100)
    except OSError as error:
        raise ImproperlyConfigured(f"{name}={raw} cannot be read: {error}") from error
    if not re.fullmatch(rb"[0-9A-F]{12,40}(:\d+)?\r?\n?", begins):
        raise ImproperlyConfigured(
            f"{name}={raw} does not begin with a SHA-1 sum in capitals: the Pwned Passwords as text, ordered by hash"
        )
    return path


def folder(name: str, default: Path | None) -> Path | None:
    """A folder, made when it is missing; relative ones start at the project."""
    raw = env.str(name, default="") or str(default or "")
    if not raw:
        return None
    path = BASE_DIR / raw
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"{name}={raw} cannot be used as a folder: {error}") from error
    return path
