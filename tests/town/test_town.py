"""One machine that lets five people do whatever they like, against a plain model of the rules.

After every step the decks, matches, photos, conversations and sign-ins that the API answers are those
that the model expects.
"""

import pytest
from hypothesis import settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    run_state_machine_as_test,
)

from matching.models import Like, Match
from messaging.models import Message
from profiles.models import Profile
from tests.town.dogs import Dogs
from tests.town.meeting import Meeting
from tests.town.rules import PEOPLE
from tests.town.standing import Standing
from tests.town.talking import Talking


class Town(Meeting, Talking, Dogs, Standing, RuleBasedStateMachine):
    """What must be so after every step."""

    @initialize()
    def begin(self):
        self.move_in()

    @invariant()
    def tokens_open_the_account_that_they_were_made_for(self):
        for who in PEOPLE:
            answer = self.ask(who, "get", "me")
            if self.did(who, answer, 200):
                assert answer.json()["id"] == str(self.dogs[who].user_id)

    @invariant()
    def decks_hold_whom_they_should(self):
        told = {}
        for a in PEOPLE:
            answer = self.ask(a, "get", "deck")
            if self.did(a, answer, 200 if self.is_complete(a) else 409):
                found = {row["profile"]["id"]: row for row in answer.json()["results"]}
                assert set(found) == self.deck_of(a)
                told |= {(a, self.ids.index(b)): row["distance"] for b, row in found.items()}
        for (a, b), distance in told.items():
            assert distance["value"] >= 2
            if (b, a) in told and self.units[a] == self.units[b]:
                assert told[b, a] == distance

    @invariant()
    def matches_are_mutual_and_single(self):
        active = [(str(match.low_id), str(match.high_id)) for match in Match.objects.active()]
        assert len(active) == len(self.matches)
        assert {frozenset(map(self.ids.index, two)) for two in active} == set(self.matches)
        likes = {(str(like.liker_id), str(like.liked_id)) for like in Like.objects.all()}
        assert {(self.ids.index(a), self.ids.index(b)) for a, b in likes} == self.likes
        for a, b in self.matches:
            assert {(a, b), (b, a)} <= self.likes

    @invariant()
    def profiles_keep_photos_in_order_and_places_on_the_globe(self):
        for who in PEOPLE:
            answer = self.ask(who, "get", "me/profile")
            if not self.did(who, answer, 200):
                continue
            profile = answer.json()
            assert [photo["id"] for photo in profile["photos"]] == self.photos[who]
            held = {photo["id"] for photo in profile["photos"] if photo["is_held"]}
            assert held == self.held & set(self.photos[who])
            assert profile["is_complete"] == self.is_complete(who)
            assert len(profile["photos"]) <= 6
        for place in Profile.objects.values_list("location", flat=True):
            assert -90 <= place.y <= 90
            assert -180 <= place.x <= 180

    @invariant()
    def conversations_say_what_was_said_and_nothing_without_a_match(self):
        assert Message.objects.count() == sum(map(len, self.said.values()))
        talks = [*self.matches.items(), *self.ended]
        for who in set(PEOPLE) - self.banned:
            inbox = self.ask(who, "get", "conversations?limit=50").json()["results"]
            mine = [conversation for two, conversation in talks if who in two]
            shown = [
                conversation for conversation in mine if (conversation, who) not in self.deleted
            ]
            assert {row["id"] for row in inbox} == set(shown)
            for row in inbox:
                assert row["unread_count"] == self.unread(row["id"], who)
                path = f"conversations/{row['id']}/messages?limit=50"
                answered = self.ask(who, "get", path).json()["results"]
                expected = [(said["id"], said["body"]) for said in self.seen(row["id"], who)]
                assert [(said["id"], said["body"]) for said in answered] == expected


@pytest.mark.django_db
@pytest.mark.requirement(
    "P1",
    "P3",
    "P4",
    "P5",
    "P6",
    "P7",
    "P8",
    "P10",
    "P11",
    "P12",
    "P15",
    "P16",
    "P17",
    "R3.5",
    "R6.3",
)
def test_a_town_keeps_the_rules(client_for, sized):
    Town.client_for = staticmethod(client_for)
    run_state_machine_as_test(
        Town,
        settings=settings(
            settings.default, max_examples=sized(10, 400), stateful_step_count=sized(25, 60)
        ),
    )
