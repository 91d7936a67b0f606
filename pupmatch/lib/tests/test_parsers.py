"""What the API reads: JSON's types at their word, and no more of anything than makes sense."""

import json
from io import BytesIO

import pytest
from django.http import QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ParseError, ValidationError

from pupmatch.lib.parsers import MAX_ITEMS, StrictJSONParser, checked


class Inner(serializers.Serializer):
    words = serializers.CharField()


class Form(serializers.Serializer):
    text = serializers.CharField(required=False, allow_null=True)
    choice = serializers.ChoiceField(["1", "true"], required=False)
    id = serializers.UUIDField(required=False)
    switch = serializers.BooleanField(required=False)
    whole = serializers.IntegerField(required=False)
    number = serializers.FloatField(required=False)
    tags = serializers.ListField(child=serializers.CharField(), required=False)
    inner = Inner(required=False)
    many = Inner(many=True, required=False)


GOOD = {
    "text": "5",
    "choice": "1",
    "id": "0190a000-0000-7000-8000-000000000000",
    "switch": False,
    "whole": 3.0,
    "number": 3,
    "tags": ["a"],
    "inner": {"words": "b"},
    "many": [{"words": "c"}],
}


def test_each_type_is_taken_as_itself():
    assert checked(Form(data=GOOD)).validated_data["whole"] == 3
    assert checked(Form(data={"text": None})).validated_data == {"text": None}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", 5),
        ("text", True),
        ("text", 1.5),
        ("choice", 1),
        ("choice", True),
        ("id", 5),
        ("switch", 0),
        ("switch", 1),
        ("switch", "false"),
        ("switch", "no"),
        ("whole", "3"),
        ("whole", True),
        ("whole", 3.5),
        ("number", "3"),
        ("number", True),
        ("tags", [1]),
        ("tags", "a"),
        ("inner", {"words": 1}),
        ("inner", [1]),
        ("many", [{"words": 1}]),
    ],
)
def test_another_type_is_invalid_where_it_stands(name, value):
    with pytest.raises(ValidationError) as refused:
        checked(Form(data={**GOOD, name: value}))
    assert list(refused.value.detail) == [name]


def test_what_comes_as_text_is_read_as_text():
    assert checked(Form(data=QueryDict("whole=3&switch=true"))).validated_data == {
        "whole": 3,
        "switch": True,
    }


def parsed(value):
    return StrictJSONParser().parse(BytesIO(json.dumps(value).encode()))


def test_lists_and_objects_hold_so_much_and_no_more():
    most = {"list": list(range(MAX_ITEMS))}
    assert parsed(most) == most
    for too_much in (list(range(MAX_ITEMS + 1)), {str(n): n for n in range(MAX_ITEMS + 1)}):
        with pytest.raises(ParseError, match="too much"):
            parsed({"inside": [too_much]})
