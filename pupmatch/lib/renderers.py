"""What the API writes."""

from typing import Any

import orjson
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

_default = JSONEncoder().default


class OrjsonRenderer(JSONRenderer):
    """JSON by orjson, which takes up the documents of PostgreSQL as they stand."""

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        """The document as bytes; none for no data."""
        if data is None:
            return b""
        return orjson.dumps(
            data, default=_default, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS
        )
