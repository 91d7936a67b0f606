"""Serializer fields of a profile, and what they refuse."""

from typing import Any

from rest_framework import serializers

from profiles.models import Breed
from pupmatch.lib.fields import FiniteFloatField


class BreedField(serializers.SlugRelatedField):
    """A breed by its name from `GET /breeds`, however it is capitalised."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(slug_field="name", queryset=Breed.objects.all(), **kwargs)
        self.error_messages["does_not_exist"] = "No such breed; see GET /breeds."

    def run_validation(self, data: Any = serializers.empty) -> Breed | None:
        """REST framework's, which takes an empty text for null."""
        if data == "":
            self.fail("does_not_exist")
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> Breed:
        if not isinstance(data, str):
            self.fail("invalid")
        breed = Breed.objects.filter(name__iexact=data.strip()).first()
        if breed is None:
            self.fail("does_not_exist")
        return breed


class TagsField(serializers.ListField):
    """A set of tags from a fixed list; doubles are dropped, the order is kept."""

    def to_internal_value(self, data: Any) -> list:
        if isinstance(data, list) and self.max_length and len(data) > self.max_length:
            # Before doubles are dropped: the schema counts what is sent.
            self.fail("max_length", max_length=self.max_length)
        return list(dict.fromkeys(super().to_internal_value(data)))


class DegreesField(FiniteFloatField):
    """Degrees as a JSON number."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)
