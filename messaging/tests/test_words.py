"""Finding messages by their words."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messaging import services
from messaging.models import Message
from messaging.tests.factories import conversation, say, share, sides_of

pytestmark = pytest.mark.django_db

SAID = {
    "park": "Shall we meet at the Dog Park?",
    "cafe": "Or at the CAFÉ near Ångström-Straße 5",
    "parking": "Parking is free there, it's parks all around",
    "url": "see https://parks.example/dog-park.html or write to rex@park.example",
    "russian": "Встретимся в парке",
    "decomposed": "Cafe\u0301 olé",
    "dogs": "Two dogs; a dog's life! 100% \\ ' \" -- & | ! :* <-> ()",
}


@pytest.fixture
def sides():
    sides = sides_of(conversation())
    for number, body in enumerate(SAID.values()):
        say(sides[number % 2], body)
    return sides


def found(side, text):
    bodies = {body: name for name, body in SAID.items()}
    visible = Message.objects.visible_to(side.profile)
    return {bodies.get(message.body, message.body) for message in visible.saying(text)}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("dog park", {"park"}),
        ("PARK", {"park", "parking", "url"}),  # a beginning, whatever its capitals
        ("park dog", {"park"}),
        ("parkin", {"parking"}),
        ("meet par", {"park"}),
        ("mee park", set()),  # only the last word may be unfinished
        ("cafe", {"cafe", "decomposed"}),
        ("café", {"cafe", "decomposed"}),
        ("cafe\u0301", {"cafe", "decomposed"}),
        ("angstrom", {"cafe"}),
        ("strasse 5", {"cafe"}),
        ("парк", {"russian"}),
        ('"dog park"', {"park"}),
        ('"the dog park"', {"park"}),
        ('"park dog"', set()),
        ('"parkin"', set()),  # in quotes as it stands
        ("“dog park”", {"park"}),
        ('free "dog park', set()),
        ("meet or free", {"park", "parking"}),
        ("meet or fre", {"park", "parking"}),
        ("dog -shall", {"dogs"}),
        ("parking -free", set()),
        ("the -fre", {"park", "cafe"}),  # behind a minus as it stands
        ("dog's", {"dogs"}),
        ("100%", {"dogs"}),
        ("rex@park.example", {"url"}),
        ("100%s", set()),
        ("nobody", set()),
        ("p", set()),
        # Nothing to look for.
        ("", set()),
        ("-dog", set()),
        ('-"dog park" -cafe', set()),
        ("dog or -park", set()),
        ("& | ! ( ) :* <-> \\ '", set()),
        ('"', set()),
        ("🐕 {} __ ''", set()),
        ("\u202e\u200b", set()),
    ],
)
def test_what_is_found(sides, text, names):
    assert found(sides[0], text) == names
    assert found(sides[1], text) == names


def test_shared_places_have_no_words(sides):
    share(sides[0])
    assert found(sides[0], "par") == {"park", "parking", "url"}


@pytest.mark.requirement("R7.2", "P7")
def test_only_ones_own_conversations_are_searched(sides):
    stranger = sides_of(conversation())[0]
    say(stranger, "A secret in the park")
    assert found(sides[0], "secret") == set()
    assert found(stranger, "park") == {"A secret in the park"}


@pytest.mark.requirement("R7.7")
def test_what_one_deleted_is_found_by_the_other_alone(sides):
    me, other = sides
    services.delete_for_me(participant=me)
    assert found(me, "parking") == set()
    assert found(other, "parking") == {"parking"}
    say(other, "parking again")
    assert found(me, "parking") == {"parking again"}
    assert found(other, "parking") == {"parking", "parking again"}


def test_an_ended_conversation_is_found_until_it_is_deleted(sides):
    services.close_conversation(conversation_id=sides[0].conversation_id)
    assert found(sides[0], "parking") == {"parking"}
    services.delete_for_me(participant=sides[0])
    assert found(sides[0], "parking") == set()


def test_what_was_unsent_or_edited_away_is_found_no_more(sides):
    first, second = say(sides[0], "oldword one"), say(sides[0], "oldword two")
    assert found(sides[1], "oldword") == {"oldword one", "oldword two"}
    services.unsend(message=first)
    services.edit(message=second, body="newword")
    assert found(sides[1], "oldword") == set()
    assert found(sides[1], "newword") == {"newword"}


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.one_of(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=200),
        st.text("ab\"' -|&!():*<>\\_.@/or\u0301é“”", max_size=200),
        st.text('-a" !_', min_size=100, max_size=200),
    )
)
def test_whatever_is_typed_there_is_an_answer(text):
    list(Message.objects.all().saying(text))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.text("abcdeéüß", min_size=2, max_size=6), min_size=1, max_size=4))
def test_a_message_is_found_by_its_words_in_any_order_and_by_the_beginning_of_one(words):
    sides = sides_of(conversation())
    message = say(sides[0], " ".join(words))
    cut = words[0][: max(2, len(words[0]) - 2)]
    for text in (" ".join(words), " ".join(reversed(words)), f'"{" ".join(words)}"', cut):
        visible = Message.objects.visible_to(sides[1].profile)
        assert list(visible.saying(text)) == [message], text
