"""Reads the words that the demo town speaks, from `words/`."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).with_name("words")


@cache
def load(name: str) -> dict[str, Any]:
    """The tables of `words/<name>.toml`."""
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
