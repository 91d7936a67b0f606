"""Documents: what PostgreSQL writes is what Python would have written."""

import json
from datetime import UTC, datetime

import orjson
import pytest
from django.db import connection
from django.db.models import DateTimeField, F, FloatField, IntegerField, TextField, Value
from django.db.models.functions import Cast
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer

from pupmatch.lib.documents import Instances, Param, Statement, document
from pupmatch.lib.documents.expressions import Fixed, Moment, Rounded
from pupmatch.lib.documents.fields import NotInSql
from pupmatch.lib.geo import rounded
from pupmatch.lib.models import DiscardedFile
from pupmatch.lib.renderers import OrjsonRenderer

pytestmark = pytest.mark.django_db

NUMBER = Param("number", FloatField())
AT = Param("at", DateTimeField())
TEXT = Param("text", TextField())


def of_one_row(*expressions):
    """A statement that needs no table's content: one row of these."""

    def build():
        named = {f"e{number}": each for number, each in enumerate(expressions)}
        return DiscardedFile.objects.annotate(**named).values_list(*named)[:1]

    return Statement(build)


ROUNDED = of_one_row(Rounded(NUMBER, 2), Rounded(NUMBER, 7))
TOLD = of_one_row(Moment(AT))
ECHOED = of_one_row(Cast(Fixed({"a": ["%s", "'", "$1", None]}), TextField()), TEXT)


@pytest.fixture(autouse=True)
def file():
    return DiscardedFile.objects.create(name="a.webp", remove_after=timezone.now())


@given(
    number=st.floats(min_value=-200_000, max_value=200_000)
    | st.integers(0, 9999).map(lambda n: n / 1000)
)
def test_both_round_to_the_very_same_number(number):
    assert ROUNDED.rows({"number": number}) == [(rounded(number, 2), rounded(number, 7))]


@given(at=st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC)))
def test_both_write_the_same_times(at):
    assert TOLD.rows({"at": at}) == [(serializers.DateTimeField().to_representation(at),)]


@given(text=st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00")))
def test_no_value_is_taken_for_sql(text):
    fixed, echo = ECHOED.rows({"text": text})[0]
    assert orjson.loads(fixed) == {"a": ["%s", "'", "$1", None]}
    assert echo == text


def test_a_statement_is_prepared_unless_the_setting_says_otherwise(monkeypatch):
    def prepared():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_prepared_statements")
            return cursor.fetchone()[0]

    for threshold, number in ((1, 1), (None, 0)):
        monkeypatch.setattr(connection.connection, "prepare_threshold", threshold)
        statement, before = of_one_row(Value(f"once {threshold}")), prepared()
        assert [statement.rows({}) for _ in range(3)] == [[(f"once {threshold}",)]] * 3
        assert prepared() - before == number


def test_what_a_statement_runs_is_logged_and_counted(django_assert_num_queries):
    with django_assert_num_queries(1) as log:
        TOLD.rows({"at": datetime.now(UTC)})
    assert "to_char($1" in log.captured_queries[0]["sql"]


def test_instances_are_what_the_queryset_would_have_made(file):
    wanted = Param("wanted", IntegerField())
    found = Instances(
        lambda: DiscardedFile.objects.annotate(n=Cast(wanted, IntegerField())).filter(n=7)
    )
    assert vars(found.first({"wanted": 7}))["name"] == file.name
    assert found.first({"wanted": 8}) is None


def test_a_field_that_nobody_said_how_to_write_is_named():
    class Odd(serializers.Serializer):
        odd = serializers.SerializerMethodField()

    with pytest.raises(NotInSql, match="odd"):
        document(Odd())


def test_members_can_be_given_instead(file):
    class Shape(serializers.ModelSerializer):
        class Meta:
            model = DiscardedFile
            fields = ("name", "remove_after")

    found = Statement(
        lambda: DiscardedFile.objects.values_list(
            Cast(document(Shape(), remove_after=F("name")), TextField())
        )
    ).row({})
    assert orjson.loads(found[0]) == {**Shape(file).data, "remove_after": file.name}


TEXTS = st.text(alphabet=st.characters(codec="utf-8"))
LEAVES = [
    st.none(), st.booleans(), st.integers(-(2**53), 2**53), TEXTS, st.uuids(), st.dates(),
    st.datetimes(timezones=st.just(UTC)), st.decimals(allow_nan=False, allow_infinity=False),
]  # fmt: skip


@given(
    st.recursive(
        st.one_of(LEAVES),
        lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
        max_leaves=9,
    )
)
def test_the_renderer_writes_what_the_stock_one_does(data):
    ours, stock = OrjsonRenderer().render(data), JSONRenderer().render(data)
    assert json.loads(ours or b"null") == json.loads(stock or b"null")
