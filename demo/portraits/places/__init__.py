"""The places where a picture is taken."""

from collections.abc import Callable
from dataclasses import dataclass

from demo.portraits.places import beach, park, room, snow, street, wood
from demo.portraits.places.palette import PALETTES, Palette
from demo.portraits.places.stage import Stage

__all__ = ["PLACES", "Place", "Stage"]


@dataclass(frozen=True)
class Place:
    """What lies behind the dog, what passes before it, and in which light."""

    behind: Callable[[Stage], None]
    before: Callable[[Stage], None]
    palettes: list[Palette]


PLACES = {
    "park": Place(park.behind, park.before, PALETTES["park"]),
    "beach": Place(beach.behind, beach.before, PALETTES["beach"]),
    "snow": Place(snow.behind, snow.before, PALETTES["snow"]),
    "wood": Place(wood.behind, wood.before, PALETTES["wood"]),
    "room": Place(room.behind, room.before, PALETTES["room"]),
    "city": Place(street.behind, street.before, PALETTES["city"]),
}
