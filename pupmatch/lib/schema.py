"""OpenAPI: what every operation has in common is said here once."""

from functools import cache
from typing import Any

import yaml
from django.conf import settings
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, OpenApiResponse
from rest_framework import serializers


class FieldProblemSerializer(serializers.Serializer):
    """What is wrong with one field of the input."""

    pointer = serializers.CharField(help_text="JSON pointer to the field, such as `/bio`.")
    code = serializers.CharField()
    detail = serializers.CharField()


class BareProblemSerializer(serializers.Serializer):
    """What every problem says."""

    type = serializers.URLField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    request_id = serializers.CharField()


class ProblemSerializer(BareProblemSerializer):
    """An error (RFC 9457). Programs read `code`, people read `detail`."""

    errors = FieldProblemSerializer(many=True, required=False)  # type: ignore[assignment]
    missing = serializers.ListField(child=serializers.CharField(), required=False)
    position = serializers.IntegerField(required=False, help_text="Where a stream goes on.")
    until = serializers.DateTimeField(
        required=False, help_text="When a suspension or a limit ends by itself."
    )


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

    def _map_basic_serializer(self, serializer: Any, direction: Direction) -> dict:
        schema = super()._map_basic_serializer(serializer, direction)
        if getattr(serializer, "is_exact", False):
            schema["additionalProperties"] = False
        return schema

    def _map_serializer_field(
        self, field: Any, direction: Direction, bypass_extensions: bool = False
    ) -> Any:
        schema = super()._map_serializer_field(field, direction, bypass_extensions)
        if getattr(field, "many", False) and field.max_length:
            schema["maxItems"] = field.max_length
        return schema

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


def name_what_is_discriminated(result: dict, **kwargs: Any) -> dict:
    """Let each component that a discriminator leads to say which values lead to it.

    Here, because the generator would make a component of each enum of one value.
    """
    components = result["components"]["schemas"]
    for component in list(components.values()):
        if discriminator := component.get("discriminator"):
            for value, address in discriminator["mapping"].items():
                properties = components[address.rpartition("/")[2]]["properties"]
                properties[discriminator["propertyName"]].setdefault("enum", []).append(value)
    return result


@cache
def _examples() -> dict[str, dict]:
    path = settings.BASE_DIR / "pupmatch" / "examples.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def add_examples(result: dict, **kwargs: Any) -> dict:
    """Show the examples of pupmatch/examples.yaml. Raises KeyError for one that fits nowhere."""
    operations = {
        operation["operationId"]: operation
        for path in result["paths"].values()
        for operation in path.values()
    }
    for name, examples in _examples().items():
        operation = operations[name]
        for place, values in examples.items():
            body = operation["requestBody"] if place == "request" else operation["responses"][place]
            (content,) = body["content"].values()
            content["examples"] = {title: {"value": value} for title, value in values.items()}
    return result
