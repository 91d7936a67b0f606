"""Light and colours of the places, read from places.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.portraits.look import rgb
from demo.portraits.pen import Colour


@dataclass(frozen=True)
class Palette:
    """One place at one time of day: sky from top to horizon, land from far to near."""

    sky: tuple[Colour, Colour]
    leaves: tuple[Colour, ...]
    accents: tuple[Colour, ...]
    sun: Colour
    far: Colour
    middle: Colour
    near: Colour
    ground: Colour
    bark: Colour = (134, 96, 74)
    glow: Colour = (255, 226, 170)


def _palette(row: dict[str, Any]) -> Palette:
    colours: dict[str, Any] = {
        name: tuple(map(rgb, value)) if isinstance(value, list) else rgb(value)
        for name, value in row.items()
    }
    return Palette(**colours)


_FILE = Path(__file__).with_name("places.toml")
PALETTES = {
    place: [_palette(row) for row in rows]
    for place, rows in tomllib.loads(_FILE.read_text(encoding="utf-8")).items()
}
