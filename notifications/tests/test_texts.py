import pytest

from notifications.kinds import KIND_OF_EVENT, Kind
from notifications.news import Item
from notifications.serializers import KindsSerializer
from notifications.texts import PREVIEW, words_for
from pupmatch.lib.ids import uuid7

TALK = uuid7()


def message(text="Park at five?", subject_id=TALK, name="Biscuit"):
    return Item(Kind.NEW_MESSAGE, subject_id, uuid7(), name, "Pickle", subject_id, text)


def match(name="Biscuit"):
    return Item(Kind.NEW_MATCH, uuid7(), uuid7(), name, "Pickle", TALK)


def like(name="Rex"):
    return Item(Kind.NEW_LIKE, uuid7(), uuid7(), name, "Pickle")


@pytest.mark.parametrize(
    ("items", "previews", "title", "body"),
    [
        ([message()], True, "Biscuit", "Park at five?"),
        ([message()], False, "PupMatch", "New message from Biscuit"),
        ([message(text=None)], True, "PupMatch", "Biscuit shared a playground"),
        ([message(text=None)], False, "PupMatch", "New message from Biscuit"),
        ([message("1"), message("2"), message("3")], True, "PupMatch", "3 new messages from Biscuit"),
        ([match()], True, "PupMatch", "It's a match with Biscuit!"),
        ([like()], True, "PupMatch", "Rex likes Pickle"),
        ([like(), like()], True, "PupMatch", "2 likes"),
        ([message(), message(subject_id=uuid7())], True, "PupMatch", "2 messages"),
        ([match(), message()], True, "PupMatch", "1 match and 1 message"),
        ([message()] * 5 + [match(), match()], True, "PupMatch", "2 matches and 5 messages"),
        ([message(), like(), match()], True, "PupMatch", "1 match, 1 like and 1 message"),
    ],
)  # fmt: skip
def test_what_a_device_shows(items, previews, title, body):
    words = words_for(items, previews=previews)
    assert (words.title, words.body) == (title, body)


@pytest.mark.requirement("R11.5")
@pytest.mark.parametrize("count", [1, 2])
def test_without_previews_the_text_is_in_no_part_of_it(count):
    words = words_for([message("my secret")] * count, previews=False)
    assert "secret" not in repr(words)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one\n\n two\t three ", "one two three"),
        ("x" * PREVIEW, "x" * PREVIEW),
        ("x" * (PREVIEW + 1), "x" * (PREVIEW - 1) + "…"),
    ],
)
def test_a_preview_is_one_line_and_not_long(text, shown):
    assert words_for([message(text)], previews=True).body == shown


def test_what_the_app_opens():
    one = message()
    assert words_for([one], previews=True).data == {
        "kind": "new_message", "profile_id": str(one.profile_id), "conversation_id": str(TALK),
    }  # fmt: skip
    assert words_for([like()], previews=True).data.keys() == {"kind", "profile_id"}
    assert words_for([like(), one], previews=True).data == {"kind": "several"}


def test_every_kind_has_an_event_words_and_a_switch():
    assert set(KIND_OF_EVENT.values()) == set(Kind)
    assert set(KindsSerializer().fields) == set(Kind.values)
