"""Data sets of cities, by the names that their columns usually have."""

import re

from playgrounds.importing.geometry import point_of
from playgrounds.importing.rows import Place, Row, Skip, clean, says_yes, shorten
from playgrounds.models import MAX_DESCRIPTION, MAX_NAME, Feature

NAMES = ("name", "title", "park_name", "site_name", "facility_name", "label")
IDS = ("system", "system_id", "source_id", "@id", "id", "globalid", "objectid", "gid", "uid", "fid")
PLACES = (
    "propertyname",
    "park",
    "address",
    "location",
    "street",
    "neighborhood",
    "neighbourhood",
    "borough",
    "city",
    "town",
)
DESCRIPTIONS = ("description", "notes", "comments", "remarks")
DETAILS = {
    "rules": "Rules",
    "accessibility_level": "Accessibility",
    "surface": "Surface",
    "opening_hours": "Opening hours",
    "hours": "Opening hours",
    "website": "Website",
}
SAYS_NO_MORE = {"not applicable"}
COLUMNS = {
    Feature.FENCED: ("fenced",),
    Feature.OFF_LEASH: ("off_leash", "offleash"),
    Feature.WATER: ("water", "drinking_water"),
    Feature.SHADE: ("shade",),
    Feature.BENCHES: ("benches", "bench"),
    Feature.LIGHTS: ("lights", "lit", "lighting"),
    Feature.AGILITY: ("agility",),
    Feature.SMALL_DOG_AREA: ("small_dog_area",),
    Feature.SWIMMING: ("swimming",),
    Feature.WASTE_BAGS: ("waste_bags",),
    Feature.PARKING: ("parking",),
    Feature.ACCESSIBLE: ("accessible", "wheelchair"),
}

# New York writes its boroughs by one letter.
BOROUGHS = {"B": "Brooklyn", "M": "Manhattan", "Q": "Queens", "R": "Staten Island", "X": "Bronx"}
COORDINATES = re.compile(r"[\s()\[\]\d.,;+-]*|POINT\s*\(.*", re.ASCII | re.IGNORECASE)


def id_of(row: Row) -> str:
    """What the data set calls it, or nothing."""
    said = (clean(row.properties.get(column)) for column in IDS)  # whole: an id is not shortened
    return clean(row.id) or next(filter(None, said), "")


def place_of(row: Row) -> Place:
    """The playground that a row tells of; raises Skip when it cannot be one."""
    name = row.text(*NAMES)
    if not name:
        raise Skip("no name")
    longitude, latitude = point_of(row.geometry)
    return Place(
        name=name,
        longitude=longitude,
        latitude=latitude,
        place=_place(row, name),
        description=_description(row),
        features=[
            feature.value
            for feature, columns in COLUMNS.items()
            if any(says_yes(row.properties.get(column)) for column in columns)
        ],
    )


def dog_run_of(row: Row) -> Place:
    """A New York dog run: fenced and off the leash, as all of them are."""
    place = place_of(row)
    both = {Feature.FENCED.value, Feature.OFF_LEASH.value, *place.features}
    place.features[:] = [feature for feature in Feature.values if feature in both]
    return place


def _place(row: Row, name: str) -> str:
    parts = [BOROUGHS.get(row.text(column), row.text(column)) for column in PLACES]
    said = dict.fromkeys(part for part in parts if part != name and not COORDINATES.fullmatch(part))
    return shorten(", ".join(said), MAX_NAME)


def _description(row: Row) -> str:
    lines = [row.text(*DESCRIPTIONS, limit=MAX_DESCRIPTION)]
    for column, title in DETAILS.items():
        text = row.text(column)
        if text and text.casefold() not in SAYS_NO_MORE:
            lines.append(f"{title}: {text}")
    return shorten("\n".join(line for line in lines if line), MAX_DESCRIPTION)
