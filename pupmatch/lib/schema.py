"""OpenAPI: what every operation has in common is said here once."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, OpenApiResponse
from rest_framework import serializers


class FieldProblemSerializer(serializers.Serializer):
    """What is wrong with one field of the input."""

    pointer = serializers.CharField(help_text="JSON pointer to the field, such as `/bio`.")
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer):
    """An error (RFC 9457). Programs read `code`, people read `detail`."""

    type = serializers.URLField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    request_id = serializers.CharField()
    errors = FieldProblemSerializer(many=True, required=False)  # type: ignore[assignment]
    missing = serializers.ListField(child=serializers.CharField(), required=False)
    position = serializers.IntegerField(required=False, help_text="Where a stream goes on.")


class ProblemAutoSchema(AutoSchema):
    """Adds the problem document to every operation, and reads docstrings as documentation."""

    def get_summary(self) -> str:
        """The first sentence of the docstring, which the list of operations shows."""
        return super().get_description().partition("\n\n")[0].replace("\n", " ")

    def get_description(self) -> str:  # type: ignore[override]
        """The rest of the docstring."""
        return super().get_description().partition("\n\n")[2]

    def get_tags(self) -> list[str]:
        """The first part of the path names the chapter: deck, likes, me."""
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def _get_response_bodies(self, direction: Direction = "response") -> dict:
        bodies = super()._get_response_bodies(direction)
        described = self._get_response_for_code(
            OpenApiResponse(ProblemSerializer, description="A problem (RFC 9457)."),
            "default",
            media_types=["application/problem+json"],
            direction=direction,
        )
        return {**bodies, "default": described}


class DeleteWithBodySchema(ProblemAutoSchema):
    """For views whose DELETE reads a body, which OpenAPI allows and the generator leaves out."""

    def _get_request_body(self, direction: Direction = "request") -> Any:
        if self.method != "DELETE":
            return super()._get_request_body(direction)
        self.method = "POST"
        try:
            return super()._get_request_body(direction)
        finally:
            self.method = "DELETE"


def require_what_is_answered(result: dict, **kwargs: Any) -> dict:
    """Say of every answer that it holds all of its fields, which it does.

    The generator takes a field that may be left out of the input for one that may be missing in the
    answer, too. A problem alone leaves out what does not apply.
    """
    for name, component in result["components"]["schemas"].items():
        if not name.endswith("Request") and name != "Problem" and "properties" in component:
            component["required"] = sorted(component["properties"])
    return result
