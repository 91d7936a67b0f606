"""One machine that lets several people do whatever they like, against a plain model of the rules.

After every step the decks, matches, photos and messages that the API answers are those that the
model expects (P3, P5-P7, P11, P15-P17).
"""

from uuid import uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from matching.models import Like, Match
from messaging.models import Message
from profiles.holding import hold_photo, release_photo
from profiles.models import Photo
from profiles.tests.factories import ProfileFactory, picture, upload

PEOPLE = 4
person = st.integers(0, PEOPLE - 1)
pair = st.tuples(person, person).filter(lambda two: two[0] != two[1])
PHOTO = picture(width=12, height=12)


class Town(RuleBasedStateMachine):
    """People in one place, and what the rules say about them."""

    client_for = None  # set by the test, which has the fixture

    @initialize()
    def move_in(self):
        User.objects.all().delete()
        self.dogs = ProfileFactory.create_batch(PEOPLE)
        self.clients = [type(self).client_for(dog.user) for dog in self.dogs]
        self.ids = [str(dog.pk) for dog in self.dogs]
        self.likes, self.passes, self.blocks, self.paused = set(), set(), set(), set()
        self.matches = {}  # the two → the conversation
        self.closed = []  # (the two, the conversation) of ended matches
        self.sent = 0
        self.photos = [[str(photo.pk) for photo in dog.photos.all()] for dog in self.dogs]
        self.held = set()  # of the photos

    # What the rules say ---------------------------------------------------------------------------

    def is_apart(self, a, b):
        return (a, b) in self.blocks or (b, a) in self.blocks

    def is_complete(self, who):
        return len(set(self.photos[who]) - self.held) >= 2

    def can_reach(self, a, b):
        is_matched = frozenset((a, b)) in self.matches
        is_listed = b not in self.paused and self.is_complete(b)
        return not self.is_apart(a, b) and (is_listed or is_matched)

    def end(self, a, b):
        conversation = self.matches.pop(frozenset((a, b)), None)
        if conversation:
            self.closed.append((frozenset((a, b)), conversation))

    def ask(self, who, method, path, body=None, **kwargs):
        return getattr(self.clients[who], method)(f"/api/v1/{path}", body, **kwargs)

    # What people do -------------------------------------------------------------------------------

    @rule(two=pair, times=st.integers(1, 2))
    def like(self, two, times):
        a, b = two
        for _ in range(times):
            answer = self.ask(a, "post", "likes", {"profile_id": self.ids[b]})
            if not self.is_complete(a):
                assert answer.status_code == 409
                continue
            if not self.can_reach(a, b):
                assert answer.status_code == 404
                continue
            assert answer.status_code == (200 if two in self.likes else 201)
            self.passes.discard(two)
            self.likes.add(two)
            match = answer.json()["match"]
            assert bool(match) == ((b, a) in self.likes)
            if match:
                known = self.matches.setdefault(frozenset(two), match["conversation_id"])
                assert known == match["conversation_id"]

    @rule(two=pair, times=st.integers(1, 2))
    def pass_on(self, two, times):
        for _ in range(times):
            answer = self.ask(two[0], "post", "passes", {"profile_id": self.ids[two[1]]})
            if not self.is_complete(two[0]):
                assert answer.status_code == 409
            elif not self.can_reach(*two):
                assert answer.status_code == 404
            elif frozenset(two) in self.matches:
                assert answer.status_code == 409
            else:
                assert answer.status_code == (200 if two in self.passes else 201)
                self.likes.discard(two)
                self.passes.add(two)

    @rule(two=pair)
    def take_back_like(self, two):
        answer = self.ask(two[0], "delete", f"likes/{self.ids[two[1]]}")
        can_take_back = two in self.likes and self.can_reach(*two)
        assert answer.status_code == (204 if can_take_back else 404)
        if can_take_back:
            self.likes.discard(two)
            self.end(*two)

    @rule(two=pair)
    def take_back_pass(self, two):
        answer = self.ask(two[0], "delete", f"passes/{self.ids[two[1]]}")
        can_take_back = two in self.passes and self.can_reach(*two)
        assert answer.status_code == (204 if can_take_back else 404)
        if can_take_back:
            self.passes.discard(two)

    @rule(two=pair)
    def unmatch(self, two):
        rows = self.ask(two[0], "get", "matches").json()["results"]
        for row in rows:
            if row["profile"]["id"] == self.ids[two[1]]:
                assert self.ask(two[0], "delete", f"matches/{row['id']}").status_code == 204
                self.end(*two)
                self.likes.discard(two)
                self.passes.add(two)

    @rule(two=pair)
    def block(self, two):
        answer = self.ask(two[0], "put", f"blocks/{self.ids[two[1]]}")
        ever_talked = frozenset(two) in {*self.matches, *(pair for pair, _ in self.closed)}
        can_block = self.can_reach(*two) or ever_talked or two in self.blocks
        assert answer.status_code == (204 if can_block else 404)
        if can_block:
            self.blocks.add(two)
            self.likes.discard(two)
            self.end(*two)

    @rule(two=pair)
    def lift_block(self, two):
        answer = self.ask(two[0], "delete", f"blocks/{self.ids[two[1]]}")
        assert answer.status_code == (204 if two in self.blocks else 404)
        self.blocks.discard(two)

    @rule(who=person)
    def pause(self, who):
        self.ask(who, "delete" if who in self.paused else "post", "me/pause")
        self.paused ^= {who}

    @rule(two=pair)
    def write(self, two):
        body = {"client_id": str(uuid4()), "body": "Hello!"}
        conversation = self.matches.get(frozenset(two))
        if conversation:
            path = f"conversations/{conversation}/messages"
            assert self.ask(two[0], "post", path, body).status_code == 201
            assert self.ask(two[0], "post", path, body).status_code == 200
            self.sent += 1
        for ended, closed in self.closed:
            if ended == frozenset(two):
                answer = self.ask(two[0], "post", f"conversations/{closed}/messages", body)
                assert answer.status_code in (404, 409)

    @rule(who=person)
    def add_photo(self, who):
        answer = self.ask(who, "post", "me/photos", {"image": upload(PHOTO)}, format="multipart")
        assert answer.status_code == (201 if len(self.photos[who]) < 6 else 409), answer.json()
        if answer.status_code == 201:
            self.photos[who].append(answer.json()["id"])

    @rule(who=person, index=st.integers(0, 5))
    def remove_photo(self, who, index):
        if not self.photos[who]:
            return
        chosen = self.photos[who][index % len(self.photos[who])]
        is_needed = chosen not in self.held and len(set(self.photos[who]) - self.held) == 2
        answer = self.ask(who, "delete", f"me/photos/{chosen}")
        assert answer.status_code == (409 if is_needed else 204)
        if answer.status_code == 204:
            self.photos[who].remove(chosen)

    @rule(who=person, seed=st.randoms(use_true_random=False))
    def order_photos(self, who, seed):
        seed.shuffle(self.photos[who])
        answer = self.ask(who, "put", "me/photos/order", {"ids": self.photos[who]})
        assert answer.status_code == 200

    @rule(who=person, index=st.integers(0, 5))
    def staff_hold_or_release_a_photo(self, who, index):
        if not self.photos[who]:
            return
        chosen = self.photos[who][index % len(self.photos[who])]
        turn = release_photo if chosen in self.held else hold_photo
        assert turn(photo=Photo.objects.get(pk=chosen))
        self.held ^= {chosen}

    # What must be so after every step -------------------------------------------------------------

    @invariant()
    def decks_hold_whom_they_should(self):
        for a in range(PEOPLE):
            expected = {
                self.ids[b]
                for b in range(PEOPLE)
                if b != a
                and b not in self.paused
                and self.is_complete(b)
                and not self.is_apart(a, b)
                and (a, b) not in self.likes | self.passes
                and (b, a) not in self.passes
            }
            answer = self.ask(a, "get", "deck")
            if not self.is_complete(a):
                assert answer.status_code == 409
                continue
            found = answer.json()["results"]
            assert {item["profile"]["id"] for item in found} == expected

    @invariant()
    def matches_are_mutual_and_single(self):
        found = {
            frozenset((self.ids.index(str(match.low_id)), self.ids.index(str(match.high_id))))
            for match in Match.objects.active()
        }
        assert found == set(self.matches)
        assert Match.objects.active().count() == len(self.matches)
        likes = {
            (self.ids.index(str(like.liker_id)), self.ids.index(str(like.liked_id)))
            for like in Like.objects.all()
        }
        assert likes == self.likes
        for a, b in self.matches:
            assert {(a, b), (b, a)} <= likes

    @invariant()
    def photos_keep_their_order_and_number(self):
        for who in range(PEOPLE):
            profile = self.ask(who, "get", "me/profile").json()
            assert [photo["id"] for photo in profile["photos"]] == self.photos[who]
            held = {photo["id"] for photo in profile["photos"] if photo["is_held"]}
            assert held == self.held & set(self.photos[who])
            assert profile["is_complete"] == self.is_complete(who)
            assert len(profile["photos"]) <= 6

    @invariant()
    def nothing_was_sent_without_a_match(self):
        assert Message.objects.count() == self.sent


@pytest.mark.django_db
@pytest.mark.requirement("P3", "P5", "P6", "P7", "P11", "P15", "P16", "P17", "R3.5", "R6.3")
def test_a_town_keeps_the_rules(client_for):
    Town.client_for = staticmethod(client_for)
    run_state_machine_as_test(
        Town, settings=settings(settings.default, max_examples=12, stateful_step_count=25)
    )
