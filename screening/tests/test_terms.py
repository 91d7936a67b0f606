import pytest

from screening.models import Response, Term
from screening.terms import listed
from screening.tests.factories import term
from screening.tests.test_contacts import lines

pytestmark = pytest.mark.django_db


def found(text, place="profile"):
    return [each.text for each in listed(text, place=place)]


@pytest.fixture
def no_list():
    Term.objects.all().delete()


@pytest.mark.parametrize(
    "text",
    [
        "Gift card?",
        "GIFT CARD",
        "gíft çard",
        "gift-card",
        "gift\ncard",
        "ｇｉｆｔ card",
        "a gift card.",
    ],
)
def test_whole_words_however_they_are_written(no_list, text):
    term("Gift card")
    assert found(text) == ["Gift card"]


@pytest.mark.parametrize(
    "text", ["gift cards", "gifted card", "card gift", "gift a card", "giftcard"]
)
def test_and_no_others(no_list, text):
    term("gift card")
    assert found(text) == []


def test_other_scripts_and_accents(no_list):
    term("щенки на продажу")
    term("tüte")
    term("子犬")
    assert found("ЩЕНКИ НА ПРОДАЖУ!") == ["щенки на продажу"]
    assert found("Tute") == ["tüte"]
    assert found("子犬") == ["子犬"]


def test_each_place_has_its_words(no_list):
    term("here", in_openers=False)
    term("there", in_profiles=False)
    assert found("here and there") == ["here"]
    assert found("here and there", "opener") == ["there"]


def test_signs_alone_are_found_nowhere(no_list):
    term("!!!")
    assert found("!!!") == found("") == found("Hello!!!") == []


def test_what_the_list_begins_with_says_nothing_about_good_people():
    begun = list(Term.objects.all())
    assert len(begun) >= 15
    assert all(each.note for each in begun)
    assert {each.response for each in begun} == set(Response)
    # The words of breeders.
    for text in ("my bitch", "a stud dog", "in heat", "bitch, stud, heat, dam, sire, whelp"):
        assert found(text) == found(text, "opener") == []
    for name in ("harmless", "harmless_held_out"):
        for text in lines(name):
            assert not found(text), text


def test_some_of_what_it_begins_with():
    assert found("Puppies for sale, pay by Western Union") == ["puppies for sale", "western union"]
