"""Playgrounds as GeoJSON (RFC 7946), for maps that read it as it is."""

from typing import Any

import orjson

from pupmatch.lib.renderers import OrjsonRenderer


class GeoJSONRenderer(OrjsonRenderer):
    """What the views shaped for JSON, as a Feature or a FeatureCollection; refusals stay as they are."""

    media_type = "application/geo+json"
    format = "geojson"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        """The document as bytes."""
        response = (renderer_context or {}).get("response")
        if data is not None and not (response is not None and response.exception):
            # What the database wrote is taken apart again.
            data = orjson.loads(super().render(data))
            data = _collection(data) if "results" in data else _feature(data)
        return super().render(data, accepted_media_type, renderer_context)


def _feature(playground: dict) -> dict:
    properties = {key: playground[key] for key in playground if key not in ("id", "location")}
    location = playground["location"]
    return {
        "type": "Feature",
        "id": playground["id"],
        "geometry": {
            "type": "Point",
            "coordinates": [location["longitude"], location["latitude"]],
        },
        "properties": properties,
    }


def _collection(page: dict) -> dict:
    playgrounds = page["results"]
    credits_due = dict.fromkeys(each["attribution"] for each in playgrounds if each["attribution"])
    return {
        "type": "FeatureCollection",
        "attribution": "; ".join(credits_due),
        "next": page["next"],
        "previous": page["previous"],
        "features": [_feature(playground) for playground in playgrounds],
    }
