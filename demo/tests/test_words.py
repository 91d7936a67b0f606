"""The words fit the product: its breeds, its choices, its limits."""

import re
from datetime import date
from random import Random

import pytest

from demo import writing
from demo.breeds import Register, kinds
from demo.dogs import Breeder
from demo.licences import Licence
from demo.portraits import kennel
from demo.town import Town, find_city
from demo.wording import load
from playgrounds.models import Feature
from profiles.models import Breed, PlayStyle, Size, Temperament
from profiles.suggestions import QUESTIONS

TODAY = date(2026, 11, 21)


@pytest.fixture
def register(db) -> Register:
    return Register(Breed.objects.values_list("name", flat=True))


@pytest.fixture
def breeder(register) -> Breeder:
    return Breeder(1, Town(find_city("Seattle"), 1), register, TODAY)


def test_every_common_breed_and_alias_is_on_the_list(register):
    listed = set(Breed.objects.values_list("name", flat=True))
    assert set(kinds()) <= listed
    assert set(load("breeds")["aliases"].values()) <= listed
    assert {kind.size for kind in kinds().values()} <= set(Size.values)


def test_every_breed_on_the_list_has_a_look_of_its_own(db):
    words = "|".join(row["words"] for row in kennel.TABLE["breeds"]).split("|")
    listed = Breed.objects.values_list("name", flat=True)
    plain = {name for name in listed if not any(word in f"{name.lower()} " for word in words)}
    assert plain == {"Mixed breed", "Street dog", "Unknown"}


@pytest.mark.parametrize(
    ("text", "is_mix", "breed"),
    [
        ("Labrador Retriever", False, "Labrador Retriever"),
        ("labrador retriever", True, "Retriever mix"),
        ("Berner Sennenhund", False, "Bernese Mountain Dog"),
        ("Standard Smooth Haired Dachshund", False, "Dachshund"),
        ("Malteser", True, "Mixed breed"),
        ("Siberian Huskie", False, "Siberian Husky"),
        ("Tyrolean Cheese Hound", False, None),
        ("Tyrolean Cheese Hound", True, "Hound mix"),
        ("", False, None),
    ],
)
def test_what_a_register_wrote_is_found_on_the_list(register, text, is_mix, breed):
    assert register.find(text, is_mix=is_mix) == breed


def test_prompts_answer_questions_that_the_product_suggests():
    assert set(load("bios")["answers"]) <= set(QUESTIONS)
    for answers in load("bios")["answers"].values():
        assert all(len(answer) <= 500 for answer in answers)


def test_playgrounds_offer_what_the_product_knows():
    for row in load("places")["playgrounds"]:
        assert set(row["features"]) <= set(Feature.values)


def test_conversations_have_two_voices_and_no_loose_ends():
    scripts = [*load("chats")["chats"], load("chats")["acquainted"]]
    assert len(scripts) >= 36
    for script in scripts:
        lines = script.strip().splitlines()
        assert all(re.match(r"[ab]: \S", line) for line in lines)
        assert {line[0] for line in lines} == {"a", "b"}
        # A place is spoken of only where it is also shared.
        assert "{place}" not in script or re.search("^[ab]: @$", script, re.MULTILINE)
        script.format(a="Ada", b="Ben", place="here")


def test_a_conversation_shares_a_place_without_words():
    lines = writing.acquainted(a="Nori", b="Waffles", place="Quarry Pond")
    assert [line.text for line in lines].count(None) == 1
    assert "Quarry Pond? There's water, and benches for us." in [line.text for line in lines]


@pytest.mark.parametrize(
    ("months", "words"), [(1, "a few weeks"), (8, "eight months"), (12, "one"), (300, "twenty")]
)
def test_ages_are_told_as_owners_do(months, words):
    assert writing.age_in_words(months) == words


def test_dogs_fit_the_products_choices_and_limits(breeder):
    dogs = [breeder.dog(number) for number in range(1, 301)]
    for dog in dogs:
        assert set(dog.temperament) <= set(Temperament.values)
        assert len(set(dog.temperament)) == len(dog.temperament)
        assert set(dog.play_styles) <= set(PlayStyle.values)
        assert dog.activity in (0, 1, 2)
        assert dog.birth_date < TODAY
        assert 20 < len(dog.bio) <= 1000
        assert "{" not in dog.bio
        assert 2 <= len(dog.shots) <= 5
        assert 0 <= dog.preferences["min_age"] <= dog.preferences["max_age"] <= 20
    assert len({dog.bio for dog in dogs}) > 290
    assert len({dog.name for dog in dogs}) > 100
    assert len({dog.breed for dog in dogs}) > 40


def test_a_dog_depends_on_its_number_and_on_no_other_dog(breeder):
    assert breeder.dog(7) == breeder.dog(7)
    assert breeder.dog(7) != breeder.dog(8)


def test_a_licence_is_believed_and_its_gaps_are_filled(breeder):
    told = breeder.dog(5, Licence("Lumi", "Shih Tzu", True, 2019, "female", None))
    assert (told.name, told.breed, told.birth_date.year, told.sex) == (
        "Lumi",
        "Mixed breed",
        2019,
        "female",
    )
    bare = breeder.dog(5, Licence(None, "", False, None, None, None))
    assert bare.name
    assert bare.breed is None
    assert bare.sex in ("female", "male")
    assert TODAY.year - 17 < bare.birth_date.year <= TODAY.year


def test_comments_are_short_and_sometimes_missing():
    comments = {writing.comment(Random(i), mine="Ada", theirs="Ben") for i in range(60)}
    assert "" in comments
    assert len(comments) > 8
    assert max(map(len, comments)) <= 300
