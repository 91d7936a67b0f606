"""Form fields and widgets of the admin: a point on a map, several choices out of a list."""

from typing import Any

from django import forms
from django.contrib.gis.geos import Point
from unfold.widgets import INPUT_CLASSES, UnfoldAdminCheckboxSelectMultipleWidget

from pupmatch.lib.admin.maps import MAP_MEDIA, map_context


class PointWidget(forms.MultiWidget):
    """Latitude and longitude as numbers, and a map that sets them by a click."""

    template_name = "admin/point_widget.html"

    def __init__(self) -> None:
        attrs = {"step": "any", "class": " ".join(INPUT_CLASSES)}
        super().__init__(
            {
                "latitude": forms.NumberInput({**attrs, "min": -90, "max": 90}),
                "longitude": forms.NumberInput({**attrs, "min": -180, "max": 180}),
            }
        )

    @property
    def media(self) -> forms.Media:
        """The map's library and ours."""
        return MAP_MEDIA

    def decompress(self, value: Point | None) -> list[float | None]:
        """The numbers of a point."""
        return [value.y, value.x] if value else [None, None]

    def get_context(self, name: str, value: Any, attrs: dict | None) -> dict[str, Any]:
        """The two inputs and the map."""
        return {**super().get_context(name, value, attrs), **map_context([], is_editable=True)}


class PointField(forms.MultiValueField):
    """A point on the globe, made from two checked numbers.

    GeoDjango's own field would hand what was typed to GDAL, which reads far more than points.
    """

    widget = PointWidget

    def __init__(self, **kwargs: Any) -> None:
        latitude = forms.FloatField(min_value=-90, max_value=90, label="Latitude")
        longitude = forms.FloatField(min_value=-180, max_value=180, label="Longitude")
        super().__init__(fields=(latitude, longitude), **kwargs)

    def compress(self, data_list: list[float]) -> Point | None:
        """The point; None when nothing was typed."""
        return Point(data_list[1], data_list[0], srid=4326) if data_list else None


class ChoicesWidget(UnfoldAdminCheckboxSelectMultipleWidget):
    """Unfold's boxes, side by side."""

    template_name = "admin/choices.html"


class ChoicesField(forms.TypedMultipleChoiceField):
    """An array of choices, as boxes to tick."""

    widget = ChoicesWidget
