"""Small files as dirty as published ones."""

import csv
import io
import json

from playgrounds.importing.service import import_file

SQUARE = [[13.0, 47.0], [13.0, 47.2], [13.2, 47.2], [13.2, 47.0], [13.0, 47.0]]


NEW_YORK = {
    "name": "Bufano Park",
    "borough": "X",
    "location": "Bradford Ave. bet. La Salle Ave. and Waterbury Ave.",
    "longitude": "-73.830912",
    "latitude": "40.8378546",
    "accessible": "true",
    "accessibility_level": "Not Applicable",
    "rules": "Adults Allowed",
    "gis_prop_num": "X121",
    "system_id": "X121-CPA-0001",
    "community_board": "210",
}


def feature(name="Hundewiese", *, id="node/1", geometry=None, **tags):
    tags = {"leisure": "dog_park", "name": name} | tags
    return {
        "type": "Feature",
        "id": id,
        "properties": {key: value for key, value in tags.items() if value is not None},
        "geometry": geometry or {"type": "Point", "coordinates": [13.05, 47.8]},
    }


def geojson(*features, **members):
    return json.dumps({"type": "FeatureCollection", **members, "features": list(features)})


def opened(content):
    raw = io.BytesIO(content if isinstance(content, bytes) else content.encode())
    return io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")


def read(content, name="parks.geojson", **options):
    return import_file(text=opened(content), name=name, **options)


def table(*rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def counts(report):
    return (report.added, report.changed, report.unchanged, report.skipped_count)


def reasons(report):
    return {reason: tally.count for reason, tally in report.skipped.items()}
