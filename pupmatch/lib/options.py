"""What OPTIONS tells."""

from typing import Any

from rest_framework.metadata import BaseMetadata


class NoMetadata(BaseMetadata):
    """Nothing but the methods, in `Allow`.

    REST framework's own describes forms, for which it looks up rows in ways that few of our views
    have; the schema says it all.
    """

    def determine_metadata(self, request: Any, view: Any) -> dict:
        """An empty document."""
        return {}
