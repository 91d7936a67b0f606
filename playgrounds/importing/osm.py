"""OpenStreetMap's tags (https://wiki.openstreetmap.org/wiki/Tag:leisure=dog_park)."""

import re
from typing import Any

from playgrounds.importing.geometry import point_of
from playgrounds.importing.rows import Place, Row, Skip, clean, says_yes, shorten
from playgrounds.models import MAX_DESCRIPTION, MAX_NAME, Feature

ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"
ID = re.compile(r"(node|way|relation)/\d+", re.ASCII)
MEETING_PLACES = {"dog_park", "playground", "park"}
KINDS = ("leisure", "amenity", "shop", "barrier", "tourism", "natural", "landuse", "highway")
NAMES = ("name", "official_name", "name:en", "alt_name", "loc_name", "short_name")
FENCES = {"fence", "wall", "city_wall", "retaining_wall", "hedge", "guard_rail"}

# What affirms a feature: a tag with one of these values, or any that says yes.
FEATURES: dict[Feature, dict[str, set[str]]] = {
    Feature.FENCED: {"fenced": set(), "fence": set(), "barrier": FENCES},
    Feature.OFF_LEASH: {"dog": {"unleashed", "off_leash"}, "off_leash": set()},
    Feature.WATER: {"drinking_water": set(), "drinking_water:dog": set()},
    Feature.SHADE: {"shade": set()},
    Feature.BENCHES: {"bench": set()},
    Feature.LIGHTS: {"lit": {"24/7", "automatic", "sunset-sunrise", "dusk-dawn", "limited"}},
    Feature.AGILITY: {"sport": {"dog_agility", "agility"}, "dog_agility": set()},
    Feature.SMALL_DOG_AREA: {"small_dog": set(), "small_dogs": set(), "small_dog_area": set()},
    Feature.SWIMMING: {"swimming": set(), "dog_swimming": set()},
    Feature.WASTE_BAGS: {"vending": {"excrement_bags"}, "excrement_bags": set()},
    Feature.PARKING: {"parking": set()},
    Feature.ACCESSIBLE: {"wheelchair": set()},
}
DETAILS = {
    "surface": "Surface",
    "opening_hours": "Opening hours",
    "access": "Access",
    "fee": "Fee",
    "operator": "Operator",
    "website": "Website",
    "contact:website": "Website",
}


def id_of(row: Row) -> str:
    """Such as `way/30512249`, unique in the whole map."""
    for said in (row.id, row.properties.get("@id"), row.properties.get("id")):
        if ID.fullmatch(clean(said)):
            return clean(said)
    kind, number = row.text("type", "osm_type", "@type"), row.text("id", "osm_id", "@osm_id")
    joined = f"{kind}/{number}"
    return joined if ID.fullmatch(joined) else ""


def is_osm(row: Row) -> bool:
    """Whether a row looks like an export of OpenStreetMap."""
    return bool(id_of(row))


def place_of(row: Row) -> Place:
    """The playground that a mapped thing is; raises Skip when it is none."""
    _refuse_elsewhere(row)
    longitude, latitude = point_of(row.geometry)
    place = _address(row)
    name = row.text(*NAMES)
    if not name:
        if row.text("leisure") != "dog_park" or not place:
            raise Skip("no name")
        name = shorten(f"Dog park, {place}", MAX_NAME)
    return Place(
        name=name,
        longitude=longitude,
        latitude=latitude,
        place=place,
        description=_description(row),
        features=_features(row),
    )


def _refuse_elsewhere(row: Row) -> None:
    if row.text("leisure") not in MEETING_PLACES:
        kind = next((f"{key}={row.text(key)}" for key in KINDS if row.text(key)), "no such tag")
        raise Skip(f"not a place to meet: {shorten(kind, 60)}")
    if row.text("access") in {"no", "private"}:
        raise Skip(f"not open to the public: access={row.text('access')}")
    if row.text("dog") == "no":
        raise Skip("dogs are not allowed: dog=no")


def _address(row: Row) -> str:
    street = " ".join(filter(None, [row.text("addr:street"), row.text("addr:housenumber")]))
    parts = [
        street if row.text("addr:street") else row.text("addr:place"),
        row.text("addr:suburb", "addr:neighbourhood"),
        row.text("addr:city", "addr:town", "addr:village", "addr:municipality"),
    ]
    return shorten(", ".join(dict.fromkeys(part for part in parts if part)), MAX_NAME)


def _features(row: Row) -> list[str]:
    found = {feature for feature, tags in FEATURES.items() if _has(row.properties, tags)}
    # That dogs run free there is what the tag means; fence_type is set on fences only.
    if row.text("leisure") == "dog_park" and row.text("dog") != "leashed":
        found.add(Feature.OFF_LEASH)
    if row.text("fence_type"):
        found.add(Feature.FENCED)
    return [feature.value for feature in Feature if feature in found]


def _has(tags: dict[str, Any], affirming: dict[str, set[str]]) -> bool:
    return any(
        says_yes(tags.get(key)) or clean(tags.get(key)) in values
        for key, values in affirming.items()
    )


def _description(row: Row) -> str:
    lines = [row.text("description", limit=MAX_DESCRIPTION)]
    lines += [f"{title}: {row.text(key)}" for key, title in DETAILS.items() if row.text(key)]
    return shorten("\n".join(line for line in dict.fromkeys(lines) if line), MAX_DESCRIPTION)
