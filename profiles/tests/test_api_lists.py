"""The lists to choose from."""

import pytest

from profiles.models import Breed
from profiles.suggestions import QUESTIONS
from profiles.tests.factories import BreedFactory

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R2.1")]

BREEDS = "/api/v1/breeds"


def names(response):
    assert response.status_code == 200
    return [breed["name"] for breed in response.json()["results"]]


def test_breeds_come_by_name_page_by_page(api):
    url, seen = f"{BREEDS}?limit=50", []
    while url:
        page = api.get(url)
        seen += names(page)
        url = page.json()["next"]
    assert seen == sorted(Breed.objects.values_list("name", flat=True))
    assert len(seen) > 250


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("beagle", "Beagle"),
        ("BEAGLE ", "Beagle"),
        ("labardor", "Labrador Retriever"),
        ("golden retreiver", "Golden Retriever"),
        ("chiuaua", "Chihuahua"),
        ("dashund", "Dachshund"),
        ("rotweiler", "Rottweiler"),
        ("germen shepard", "German Shepherd"),
        ("bostn terier", "Boston Terrier"),
        ("huskey", "Siberian Husky"),
        ("poddle", "Poodle"),
        ("schnauser", "Schnauzer"),
        ("shitzu", "Shih Tzu"),
        ("dalmation", "Dalmatian"),
        ("wimaraner", "Weimaraner"),
        ("kromfohrlander", "Kromfohrländer"),
        ("collie", "Collie"),
    ],
)
def test_typing_errors_are_forgiven_and_the_closest_comes_first(api, typed, meant):
    assert names(api.get(BREEDS, {"q": typed}))[0] == meant


def test_part_of_a_word_is_enough(api):
    assert {"Labradoodle", "Goldendoodle", "Bernedoodle"} <= set(
        names(api.get(BREEDS, {"q": "doodle"}))
    )
    assert set(names(api.get(BREEDS, {"q": "lab"}))[:2]) == {"Labradoodle", "Labrador Retriever"}


def test_a_search_is_paged_without_a_gap(api):
    whole = names(api.get(BREEDS, {"q": "terrier", "limit": 50}))
    url, seen = f"{BREEDS}?q=terrier&limit=3", []
    while url and len(seen) < len(whole):
        page = api.get(url)
        seen += names(page)
        url = page.json()["next"]
    assert seen[: len(whole)] == whole


@pytest.mark.requirement("R12.5")
@pytest.mark.parametrize("q", ["x" * 80, "%", "_", "' OR 1=1 --", "\\", "🐕", "🐶" * 80])
def test_any_text_may_be_searched_for(api, q):
    assert api.get(BREEDS, {"q": q}).status_code == 200


def test_a_sign_of_patterns_is_only_a_sign(api):
    BreedFactory(name="100% Hound")
    assert names(api.get(BREEDS, {"q": "100%"}))[0] == "100% Hound"
    assert "Beagle" not in names(api.get(BREEDS, {"q": "%"}))


@pytest.mark.requirement("R12.5")
@pytest.mark.parametrize(
    "query", [{"q": "x" * 81}, {"limit": 0}, {"limit": 51}, {"limit": "all"}, {"cursor": "x"}]
)
def test_what_cannot_be_answered_is_refused(api, query):
    response = api.get(BREEDS, query)
    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == f"/{next(iter(query))}"


def test_a_nul_is_refused(api):
    assert api.get(f"{BREEDS}?q=%00").status_code == 400


@pytest.mark.requirement("R2.5")
def test_questions_to_start_from(api):
    response = api.get("/api/v1/prompt-suggestions")
    assert response.json() == {"results": [{"question": question} for question in QUESTIONS]}
    assert all(len(question) <= 200 for question in QUESTIONS)
