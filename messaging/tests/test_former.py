from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from messaging.former import forget_old, recall
from messaging.models import FormerWords
from messaging.services import edit, unsend
from messaging.tests.factories import conversation, say, share, sides_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def side():
    return sides_of(conversation())[0]


def test_what_a_message_said_before_is_set_aside_sealed(side):
    message = say(side, "swordfish")
    edit(message=message, body="No, tuna")
    edit(message=message, body="No, tuna")
    unsend(message=message)
    unsend(message=message)
    said = recall([message.pk])[message.pk]
    assert [each["body"] for each in said] == ["swordfish", "No, tuna"]
    assert said[0]["replaced_at"] <= said[1]["replaced_at"]
    assert "swordfish" not in str(FormerWords.objects.values())


def test_other_scripts_and_emoji_take_no_more_room_than_they_must(side):
    message = say(side, "🐶" * 4000)
    unsend(message=message)
    assert len(FormerWords.objects.get().sealed) < 1.5 * 16_000
    assert recall([message.pk])[message.pk][0]["body"] == "🐶" * 4000


def test_a_shared_place_that_was_unsent_is_known_by_its_id(side):
    message = share(side)
    place = str(message.playground_id)
    unsend(message=message)
    assert recall([message.pk])[message.pk][0]["playground_id"] == place


def test_it_is_known_for_three_days_and_then_gone(side):
    message = say(side)
    unsend(message=message)
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        assert recall([message.pk]) == {}
        assert forget_old() == 1
    assert recall([message.pk]) == {}


def test_what_still_counts_is_not_forgotten(side):
    unsend(message=say(side))
    assert forget_old() == 0


def test_it_goes_with_the_conversation(side):
    unsend(message=say(side))
    side.conversation.delete()
    assert not FormerWords.objects.exists()
