"""What is asked all the time: written by the database, in one query, as the serializers say."""

import random
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import orjson
import pytest
import time_machine
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from accounts.asking import AnswersAtOnce
from accounts.models import Session
from accounts.services import end_sessions
from accounts.tests.factories import UserFactory
from events.publishing import recorded
from matching.tests.factories import matched
from messaging.models import Participant
from messaging.tests.factories import say
from messaging.views import ConversationMessagesViewSet
from playgrounds.models import Feature
from playgrounds.tests.factories import (
    FavoriteFactory,
    PlaygroundFactory,
    ReviewFactory,
    point,
)
from playgrounds.views import PlaygroundViewSet
from profiles import cards
from profiles.access import VisitAtOnce
from profiles.models import Profile
from profiles.serializers import CardSerializer
from profiles.tests.factories import ProfileFactory, place
from tests.towns import TEXTS, dog, some, talk

pytestmark = pytest.mark.django_db


@pytest.fixture
def both(monkeypatch):
    """`both(client, address)`: what is answered at once, and what the view's own handler says."""

    def ask(client, address, **headers):
        at_once = client.get(address, **headers)
        with monkeypatch.context() as slowly:
            for view in (
                AnswersAtOnce,
                VisitAtOnce,
                PlaygroundViewSet,
                ConversationMessagesViewSet,
            ):
                for name in ("answer_at_once", "answer_nothing"):
                    slowly.setattr(view, name, lambda *_: None)
            by_hand = client.get(address, **headers)
        assert at_once.status_code == by_hand.status_code
        said = [at_once.json(), by_hand.json()]
        for each in said:
            each.pop("request_id", None)
        return said

    return ask


@pytest.mark.parametrize("seed", range(12))
def test_documents_say_what_the_serializers_say(client_for, both, seed):
    chance = random.Random(seed)
    me = dog(chance)
    listed = {"photo_count": 2, "location": place(), "location_shows_at": timezone.now()}
    kept = {name: getattr(me, name) for name in (*listed, "paused_at")}
    Profile.objects.filter(pk=me.pk).update(**listed, paused_at=None)
    me.refresh_from_db()
    talks = [talk(me, chance) for _ in range(4)]
    Profile.objects.filter(pk=me.pk).update(**kept)
    mine = client_for(me.user)
    for address in (
        "/api/v1/me/profile",
        "/api/v1/conversations",
        "/api/v1/conversations?limit=2",
        *(f"/api/v1/conversations/{pk}/messages" for pk in talks),
        *(f"/api/v1/conversations/{pk}/messages?order=desc&limit=2" for pk in talks),
    ):
        at_once, by_hand = both(mine, address)
        assert at_once == by_hand, address
        assert list(at_once) == list(by_hand)


def test_playgrounds_nearby_are_the_same_at_once(client_for, both):
    me = ProfileFactory()
    chance = random.Random(1)
    for _ in range(9):
        spot = point(47.6 + chance.random() / 50, -122.3 - chance.random() / 50)
        made = PlaygroundFactory(
            location=spot,
            name=chance.choice(TEXTS[1:]),
            description=chance.choice(TEXTS),
            features=some(Feature.values, chance),
            held_at=chance.choice([None, None, timezone.now()]),
            created_by=chance.choice([None, me.user]),
        )
        for _ in range(chance.randint(0, 5)):
            ReviewFactory(playground=made, stars=chance.randint(1, 5))
        for user in some([me.user, ProfileFactory().user, ProfileFactory().user], chance):
            FavoriteFactory(user=user, playground=made)
    mine, address = client_for(me.user), "/api/v1/playgrounds?near=47.61,-122.31"
    for asked in ("", "&radius_m=100000", "&radius_m=1000", "&limit=3", "&q=dog", "&radius_m=0"):
        at_once, by_hand = both(mine, address + asked)
        assert at_once == by_hand, asked
    first, _ = both(mine, f"{address}&radius_m=9000&limit=3")
    at_once, by_hand = both(mine, first["next"])
    assert at_once == by_hand
    back, by_hand = both(mine, at_once["previous"])
    assert back["results"] == by_hand["results"] == first["results"]
    at_once, by_hand = both(mine, address, HTTP_ACCEPT="application/geo+json")
    assert at_once == by_hand


def test_nothing_is_answered_at_once_too(client_for, both, django_assert_num_queries):
    me, nobody = ProfileFactory(), UserFactory()
    talked = matched(me).conversation_id
    lonely = ProfileFactory()
    for user, address, number in (
        (lonely.user, "/api/v1/conversations", 2),
        (nobody, "/api/v1/conversations", None),
        (me.user, f"/api/v1/conversations/{talked}/messages", 3),
        (lonely.user, f"/api/v1/conversations/{talked}/messages", None),
        (nobody, f"/api/v1/conversations/{talked}/messages", None),
        (nobody, "/api/v1/playgrounds?near=10,10", 2),
        (nobody, "/api/v1/playgrounds?bbox=1,1,2,2", None),
    ):
        mine = client_for(user)
        at_once, by_hand = both(mine, address)
        assert at_once == by_hand
        if number:
            with django_assert_num_queries(number):
                assert mine.get(address).data["results"] == []
        mine.post("/api/v1/auth/logout")
        assert mine.get(address).data["code"] == "session_ended"


def test_pages_lead_on_and_back(client_for, match, me, both):
    side = Participant.objects.get(profile=me)
    for number in range(7):
        say(side, f"{number}")
    mine = client_for(me.user)
    address = f"/api/v1/conversations/{match.conversation_id}/messages?limit=3"
    for order in ("asc", "desc"):
        first, _ = both(mine, f"{address}&order={order}")
        second, by_hand = both(mine, first["next"])
        assert second == by_hand
        back, by_hand = both(mine, second["previous"])
        assert back == by_hand
        assert back["results"] == first["results"]


@pytest.mark.parametrize("seed", range(6))
def test_cards_of_many_are_one_query(seed, django_assert_num_queries):
    chance = random.Random(seed)
    viewer, dogs = dog(chance), [dog(chance) for _ in range(5)]
    request = Request(APIRequestFactory().get("/"))
    gone = uuid4()
    cards.documents([gone], viewer=viewer, request=request)
    with django_assert_num_queries(1):
        found = cards.documents([*(each.pk for each in dogs), gone], viewer=viewer, request=request)
    context = {"request": request, "view": SimpleNamespace(profile=viewer)}
    assert found.keys() == {each.pk for each in dogs}
    for each in dogs:
        rendered = CardSerializer(Profile.objects.get(pk=each.pk), context=context).data
        assert orjson.loads(orjson.dumps(found[each.pk])) == rendered


@pytest.fixture
def hot(match, me, url):
    """What is asked all the time, and how many statements it takes."""
    say(Participant.objects.get(profile=me))
    PlaygroundFactory(location=place())
    return {
        "/api/v1/me/profile": 1,
        "/api/v1/conversations": 1,
        f"{url}/messages": 1,
        "/api/v1/playgrounds?near=47.61,-122.33": 1,
    }


def test_hot_answers_are_one_statement(mine, hot, django_assert_num_queries):
    for address, number in hot.items():
        first = mine.get(address)
        with django_assert_num_queries(number):
            assert mine.get(address).data == first.data
        assert first.data.get("results") != []


def test_writing_takes_as_many_statements_as_it_must(
    mine, theirs, me, url, django_assert_num_queries
):
    # What comes before an answer is looked at.
    for client in (theirs, mine):
        client.post(f"{url}/messages", {"client_id": uuid4(), "body": "Hello!"})
    # The sign-in with the profile, the side, what `messaging.services.send` takes, the wake-up.
    with django_assert_num_queries(2 + 5 + 2 + 1):
        mine.post(f"{url}/messages", {"client_id": uuid4(), "body": "Hello again!"})
    other = ProfileFactory()
    with django_assert_num_queries(99, exact=False) as log:
        assert mine.post("/api/v1/likes", {"profile_id": other.pk}).status_code == 201
    assert len([each for each in log if "accounts_session" in (each["sql"] or "")]) == 1


@pytest.mark.requirement("R1.6")
def test_a_sign_in_that_ended_gets_no_document(mine, me, hot):
    assert [mine.get(address).status_code for address in hot] == [200] * len(hot)
    with recorded():
        end_sessions(me.user.sessions.all(), Session.EndReason.LOGOUT)
    assert {mine.get(address).data["code"] for address in hot} == {"session_ended"}


@pytest.mark.requirement("R1.6")
def test_nor_does_an_account_out_of_use_or_a_sign_in_that_expired(client_for, me, hot):
    late, banned = client_for(me.user), client_for(me.user)
    me.user.sessions.filter(pk=me.user.sessions.earliest("created_at").pk).update(
        expires_at=timezone.now()
    )
    assert {late.get(address).data["code"] for address in hot} == {"session_ended"}
    me.user.is_active = False
    me.user.save()
    assert {banned.get(address).data["code"] for address in hot} == {"session_ended"}


@pytest.mark.requirement("R1.6")
def test_nor_does_somebody_elses_sign_in_or_a_token_that_expired(client_for, me, hot, api):
    for address in hot:
        assert api.get(address).data["code"] == "not_authenticated"
    with time_machine.travel(timezone.now() + timedelta(minutes=14), tick=False) as clock:
        mine = client_for(me.user)
        assert [mine.get(address).status_code for address in hot] == [200] * len(hot)
        clock.shift(timedelta(minutes=15))
        assert {mine.get(address).data["code"] for address in hot} == {"token_expired"}


def test_looking_into_the_inbox_counts_as_a_visit(mine, me, hot):
    long_ago = timezone.now() - timedelta(days=3)
    for address in [each for each in hot if "conversations" in each]:
        Profile.objects.filter(pk=me.pk).update(last_active_at=long_ago)
        mine.get(address)
        me.refresh_from_db()
        assert timezone.now() - me.last_active_at < timedelta(hours=1)
