"""A place that is held is found nowhere: not on cards, not in conversations, not in the stream."""

import pytest

from accounts.tests.factories import UserFactory
from matching.tests.factories import matched
from messaging import services as messaging
from messaging.models import Participant
from messaging.services import UnknownPlayground
from playgrounds import holding
from playgrounds.tests.factories import FavoriteFactory, PlaygroundFactory
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.ids import uuid7

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair():
    return ProfileFactory(), ProfileFactory()


@pytest.fixture
def talk(pair):
    return matched(*pair).conversation_id


@pytest.fixture
def place():
    return PlaygroundFactory(name="Secret meadow", created_by=UserFactory())


def test_a_held_place_is_found_on_no_card(client_for, pair, talk, place):
    me, them = pair
    kept = FavoriteFactory(user=them.user).playground
    FavoriteFactory(user=them.user, playground=place)
    mine = client_for(me.user)
    addresses = (f"/api/v1/profiles/{them.pk}", f"/api/v1/conversations/{talk}")

    def shown() -> list[set]:
        single, conversation = (mine.get(address).json() for address in addresses)
        (listed,) = mine.get("/api/v1/conversations").json()["results"]
        (match,) = mine.get("/api/v1/matches").json()["results"]
        cards = (single, conversation["profile"], listed["profile"], match["profile"])
        return [{row["id"] for row in card["favorite_playgrounds"]} for card in cards]

    assert shown() == [{str(kept.pk), str(place.pk)}] * 4
    holding.hold(playground=place)
    assert shown() == [{str(kept.pk)}] * 4
    holding.release(playground=place)
    assert shown() == [{str(kept.pk), str(place.pk)}] * 4


def test_a_shared_place_is_gone_while_it_is_held(client_for, pair, talk, place):
    side = Participant.objects.get(profile=pair[0])
    sent, _ = messaging.send(participant=side, client_id=uuid7(), playground_id=place.pk)

    def shown(client) -> list:
        (listed,) = client.get(f"/api/v1/conversations/{talk}/messages").json()["results"]
        (talked,) = client.get("/api/v1/conversations").json()["results"]
        events = client.get("/api/v1/events").json()["events"]
        told = [each["data"] for each in events if each["type"] == "message.created"]
        messages = [listed, talked["last_message"], *told]
        assert {message["id"] for message in messages} == {str(sent.pk)}
        assert {message["kind"] for message in messages} == {"playground"}
        assert len(messages) == 3
        return [message["playground"] and message["playground"]["name"] for message in messages]

    for profile in pair:
        client = client_for(profile.user)
        assert shown(client) == ["Secret meadow"] * 3
        holding.hold(playground=place)
        assert shown(client) == [None] * 3
        holding.release(playground=place)
        assert shown(client) == ["Secret meadow"] * 3


def test_a_held_place_cannot_be_shared_not_even_by_whoever_added_it(pair, talk, place):
    place.created_by = pair[0].user
    place.save()
    holding.hold(playground=place)
    side = Participant.objects.get(profile=pair[0])
    with pytest.raises(UnknownPlayground):
        messaging.send(participant=side, client_id=uuid7(), playground_id=place.pk)
