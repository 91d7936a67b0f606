"""Ages and distances, said by the database as Python says them."""

from datetime import date, timedelta

import orjson
import pytest
from django.db.models import DateField, FloatField, TextField
from django.db.models.functions import Cast
from hypothesis import given
from hypothesis import strategies as st

from profiles.ages import age_on
from profiles.choices import DistanceUnit
from profiles.distances import Spoken, spoken
from profiles.models import Breed
from pupmatch.lib.documents import Param, Statement
from pupmatch.lib.documents.expressions import WholeYears

pytestmark = pytest.mark.django_db

# Any table with a row in it.
AGED = Statement(
    lambda: Breed.objects.values_list(
        WholeYears(Param("born", DateField()), Param("day", DateField()))
    )[:1]
)
TOLD = Statement(
    lambda: Breed.objects.values_list(
        Cast(Spoken(Param("metres", FloatField()), Param("unit", TextField())), TextField())
    )[:1]
)

DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2060, 12, 31))
LEAPING = st.builds(
    date, st.sampled_from([2016, 2020, 2024]), st.just(2), st.sampled_from([28, 29])
)
TURNING = st.builds(
    lambda year, days: date(year, 3, 1) - timedelta(days=days),
    st.integers(2024, 2036),
    st.integers(0, 2),
)
METRES = st.floats(min_value=1e-6, max_value=21_000_000) | st.sampled_from(
    [unit.metres * number for unit in DistanceUnit for number in (0, 1, 2, 3, 10)]
)


@given(born=DAYS | LEAPING, day=DAYS | TURNING)
def test_both_count_the_same_birthdays(born, day):
    born, day = sorted((born, day))
    assert AGED.rows({"born": born, "day": day}) == [(age_on(born, day),)]


@given(metres=METRES, unit=st.sampled_from(DistanceUnit.values))
def test_both_speak_of_the_same_distances(metres, unit):
    (text,) = TOLD.rows({"metres": metres, "unit": unit})[0]
    assert orjson.loads(text) == spoken(metres, unit)


def test_no_metres_are_no_distance():
    assert TOLD.rows({"metres": None, "unit": "miles"}) == [(None,)]
