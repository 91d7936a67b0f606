"""The schema, made once in each process: making it takes a second, and whoever asks may be anybody."""

import threading
from typing import Any

from django.http import HttpResponse
from django.utils.cache import patch_cache_control
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request

# Two at once would get into each other's way: the generator works on the views themselves.
_making = threading.Lock()
_made: dict[str, str | bytes] = {}


class SchemaView(SpectacularAPIView):
    """The same bytes for every query string, in the few types that there are."""

    http_method_names = ["get", "head"]

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """As YAML, or as JSON where `Accept` says so."""
        renderer = request.accepted_renderer
        with _making:
            if renderer.media_type not in _made:
                made = self._get_schema_response(request)
                _made[renderer.media_type] = renderer.render(made.data, renderer.media_type, {})
        response = HttpResponse(_made[renderer.media_type], content_type=renderer.media_type)
        patch_cache_control(response, public=True, max_age=3600)
        return response
