"""Read-only maps, and the shapes on them."""

import json

from django import forms
from django.contrib.gis.geos import Point, Polygon
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.safestring import SafeString

MAP_MEDIA = forms.Media(
    css={"all": ["vendor/openlayers/ol.css"]},
    js=["vendor/openlayers/ol.js", "staff/map.js"],
)


def shape(geometry: Point | Polygon, **properties: object) -> dict:
    """A GeoJSON feature; `label` is written beside it, `faint` draws it dashed."""
    coordinates = {"type": geometry.geom_type, "coordinates": geometry.coords}
    return {"type": "Feature", "geometry": coordinates, "properties": properties}


def map_context(shapes: list[dict], *, is_editable: bool = False) -> dict:
    """What `admin/map.html` draws: shapes over an outline of the world, all of it our own files."""
    return {
        "map": {
            "land": static("staff/land.json"),
            "cities": static("staff/cities.json"),
            "shapes": json.dumps({"type": "FeatureCollection", "features": shapes}),
            "is_editable": is_editable,
        }
    }


def draw(shapes: list[dict], note: str = "") -> SafeString:
    """A map to look at, with a line below; its page needs MAP_MEDIA."""
    return render_to_string("admin/map_view.html", {**map_context(shapes), "note": note})
