from datetime import date, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from profiles.ages import age_on, birth_date_for
from profiles.models import Profile
from profiles.tests.answers import pointers
from profiles.tests.factories import ProfileFactory

DAYS = st.dates(min_value=date(2024, 1, 1), max_value=date(2033, 1, 1))


@pytest.mark.requirement("R2.1")
@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2020, 6, 15), date(2021, 6, 14), 0),
        (date(2020, 6, 15), date(2021, 6, 15), 1),
        (date(2024, 2, 29), date(2025, 2, 27), 0),
        (date(2024, 2, 29), date(2025, 2, 28), 1),
        (date(2024, 2, 29), date(2028, 2, 28), 3),
        (date(2024, 2, 29), date(2028, 2, 29), 4),
        (date(2026, 6, 15), date(2026, 6, 15), 0),
    ],
)
def test_completed_years(born, day, age):
    assert age_on(born, day) == age


@given(DAYS, st.integers(0, 30))
def test_whoever_turns_an_age_today_has_it(day, age):
    assert age_on(birth_date_for(age, day), day) == age


@pytest.mark.django_db
@pytest.mark.requirement("R10.1")
@pytest.mark.parametrize(
    "today", [date(2026, 6, 15), date(2027, 2, 28), date(2028, 2, 28), date(2028, 2, 29)]
)
def test_the_filter_by_age_agrees_with_the_age_that_is_told(today):
    around = (-1, 0, 1, 2)
    dogs = [
        ProfileFactory(
            photos=0, birth_date=birth_date_for(years, today) - timedelta(days=days), location=None
        )
        for years in (1, 2, 3, 4, 19, 20, 21)
        for days in around
    ]
    with time_machine.travel(today, tick=False):
        for least, most in ((0, 0), (1, 1), (2, 3), (3, 3), (0, 19), (19, 20), (20, 20), (0, 20)):
            found = set(Profile.objects.aged(at_least=least, at_most=most))
            # The scale ends at 20, and is open there.
            assert found == {
                dog for dog in dogs if least <= dog.age and (dog.age <= most or most == 20)
            }


@pytest.mark.django_db
@pytest.mark.requirement("R2.1")
class TestWriting:
    URL = "/api/v1/me/profile"

    @pytest.fixture
    def client(self, client_for):
        return client_for(ProfileFactory().user)

    @pytest.fixture(autouse=True)
    def today(self):
        with time_machine.travel("2026-06-15T12:00Z", tick=False):
            yield

    def test_an_age_stands_for_a_birthday_today(self, client):
        assert client.patch(self.URL, {"age": 7}).json()["birth_date"] == "2019-06-15"

    def test_an_age_that_fits_leaves_the_birth_date_alone(self, client):
        client.patch(self.URL, {"birth_date": "2019-01-31"})
        answer = client.patch(self.URL, {"age": 7}).json()
        assert (answer["age"], answer["birth_date"]) == (7, "2019-01-31")

    def test_both_may_be_written_when_they_agree(self, client):
        answer = client.patch(self.URL, {"age": 6, "birth_date": "2019-06-16"}).json()
        assert (answer["age"], answer["birth_date"]) == (6, "2019-06-16")

    @pytest.mark.parametrize(
        ("born", "age"), [("2026-06-15", 0), ("2025-06-15", 1), ("2025-06-16", 0)]
    )
    def test_a_dog_is_a_year_older_on_its_birthday(self, client, born, age):
        assert client.patch(self.URL, {"birth_date": born}).json()["age"] == age

    def test_thirty_years_are_the_most_that_is_believed(self, client):
        oldest, older = date(1995, 6, 16), date(1995, 6, 15)
        assert client.patch(self.URL, {"birth_date": oldest}).json()["age"] == 30
        assert pointers(client.patch(self.URL, {"birth_date": older})) == {"/birth_date": "too_old"}
        assert pointers(client.patch(self.URL, {"age": 31})) == {"/age": "max_value"}
