"""An old snapshot with the events since applied to it is what the API answers now.

A machine lets people do whatever they like; each keeps a mirror as the reference client does, and
now and then compares it with everything fetched anew.
"""

from uuid import uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from accounts.tests.factories import PASSWORD
from examples.mirror import Mirror
from matching.tests.factories import matched
from playgrounds.tests.factories import PlaygroundFactory
from profiles.tests.factories import ProfileFactory

PEOPLE = 3
person = st.integers(0, PEOPLE - 1)
pair = st.tuples(person, person).filter(lambda two: two[0] != two[1])
KINDS = {
    "message.created", "message.updated", "message.deleted",
    "conversation.read", "conversation.delivered", "conversation.deleted",
    "match.created", "match.ended", "like.received", "like.removed",
}  # fmt: skip


def rows(client, path):
    found, url = [], f"/api/v1/{path}"
    while url:
        page = client.get(url).json()
        found += page["results"]
        url = page["next"]
    return found


def fetch_conversation(client, mirror, id):
    answer = client.get(f"/api/v1/conversations/{id}")
    if answer.status_code == 404:  # deleted since; its event is further on
        return
    mirror.conversations[id] = answer.json()
    for message in rows(client, f"conversations/{id}/messages"):
        mirror.messages[message["id"]] = message


def snapshot(client):
    mirror = Mirror()
    mirror.matches = {row["id"]: row for row in rows(client, "matches")}
    mirror.likes = {row["id"]: row for row in rows(client, "likes/received")}
    for row in rows(client, "conversations"):
        fetch_conversation(client, mirror, row["id"])
    return mirror


def differences(mirrored, fresh):
    return {
        (pk, name): (mirrored.get(pk, {}).get(name), fresh.get(pk, {}).get(name))
        for pk in mirrored.keys() | fresh.keys()
        for name in mirrored.get(pk, {}).keys() | fresh.get(pk, {}).keys()
        if mirrored.get(pk, {}).get(name) != fresh.get(pk, {}).get(name)
    }


class Watched(RuleBasedStateMachine):
    client_for = None  # set by the test, which has the fixture
    seen = None

    @initialize()
    def move_in(self):
        User.objects.all().delete()
        dogs = ProfileFactory.create_batch(PEOPLE)
        self.clients = [type(self).client_for(dog.user) for dog in dogs]
        self.ids = [str(dog.pk) for dog in dogs]
        self.playground = PlaygroundFactory()
        matched(dogs[0], dogs[1])
        matched(dogs[0], dogs[2])
        self.mirrors = [snapshot(client) for client in self.clients]
        self.cursors = [0] * PEOPLE
        self.gone = set()
        self.have_one_of_each()

    def have_one_of_each(self):
        """Every kind of event, whatever chance brings afterwards."""
        for then in ("edit", "unsend", "nothing"):
            self.write(who=0, pick=0, is_place=False, then=then)
        self.read(who=1, pick=0, position=9)
        self.read(who=2, pick=0, position=9)
        self.delete_conversation(who=1, pick=0)
        self.like((1, 2), is_mutual=False)
        self.take_back((1, 2), "likes")
        self.unmatch(who=0, pick=0)
        for who in range(PEOPLE):
            self.compare(who)

    def ask(self, who, method, path, body=None):
        answer = getattr(self.clients[who], method)(f"/api/v1/{path}", body)
        assert answer.status_code < 500, answer.content
        return answer

    def inbox(self, who):
        return self.rows_of(who, "conversations")

    def rows_of(self, who, path):
        return [] if who in self.gone else self.ask(who, "get", path).json()["results"]

    def messages(self, who, pick):
        conversations = self.inbox(who)
        if not conversations:
            return None, []
        chosen = conversations[pick % len(conversations)]
        return chosen, rows(self.clients[who], f"conversations/{chosen['id']}/messages")

    # What people do -------------------------------------------------------------------------------

    @rule(two=pair, is_mutual=st.booleans())
    def like(self, two, is_mutual):
        self.ask(two[0], "post", "likes", {"profile_id": self.ids[two[1]], "comment": "Hi"})
        if is_mutual:
            self.ask(two[1], "post", "likes", {"profile_id": self.ids[two[0]]})

    @rule(two=pair, what=st.sampled_from(["likes", "passes", "blocks"]))
    def take_back(self, two, what):
        self.ask(two[0], "delete", f"{what}/{self.ids[two[1]]}")

    @rule(two=pair)
    def pass_on(self, two):
        self.ask(two[0], "post", "passes", {"profile_id": self.ids[two[1]]})

    @rule(two=pair)
    def block(self, two):
        self.ask(two[0], "put", f"blocks/{self.ids[two[1]]}")

    @rule(who=person, pick=st.integers(0, 9))
    def unmatch(self, who, pick):
        matches = self.rows_of(who, "matches")
        if matches:
            self.ask(who, "delete", f"matches/{matches[pick % len(matches)]['id']}")

    @rule(
        who=person,
        pick=st.integers(0, 9),
        is_place=st.booleans(),
        then=st.sampled_from(["nothing", "edit", "unsend"]),
    )
    def write(self, who, pick, is_place, then):
        chosen, earlier = self.messages(who, pick)
        if not chosen:
            return
        content = {"playground_id": self.playground.pk} if is_place else {"body": "Hello!"}
        reply = {"reply_to": earlier[-1]["id"]} if earlier else {}
        body = {"client_id": uuid4(), **content, **reply}
        sent = self.ask(who, "post", f"conversations/{chosen['id']}/messages", body)
        if sent.status_code != 201:
            return
        if then == "edit":
            self.ask(who, "patch", f"messages/{sent.json()['id']}", {"body": "Hello again!"})
        if then == "unsend":
            self.ask(who, "delete", f"messages/{sent.json()['id']}")

    def own_messages(self, who, pick):
        return [row for row in self.messages(who, pick)[1] if row["sender_id"] == self.ids[who]]

    @rule(who=person, pick=st.integers(0, 9), which=st.integers(0, 9))
    def edit(self, who, pick, which):
        messages = self.own_messages(who, pick)
        if messages:
            path = f"messages/{messages[which % len(messages)]['id']}"
            self.ask(who, "patch", path, {"body": f"Edited {uuid4()}"})

    @rule(who=person, pick=st.integers(0, 9), which=st.integers(0, 9))
    def unsend(self, who, pick, which):
        messages = self.own_messages(who, pick)
        if messages:
            self.ask(who, "delete", f"messages/{messages[which % len(messages)]['id']}")

    @rule(who=person, pick=st.integers(0, 9), position=st.integers(0, 12))
    def read(self, who, pick, position):
        chosen, _ = self.messages(who, pick)
        if chosen:
            self.ask(who, "post", f"conversations/{chosen['id']}/read", {"position": position})

    @rule(who=person, pick=st.integers(0, 9))
    def delete_conversation(self, who, pick):
        chosen, _ = self.messages(who, pick)
        if chosen:
            self.ask(who, "delete", f"conversations/{chosen['id']}")

    @rule(is_account=st.booleans(), chance=st.integers(0, 9))
    def leave(self, is_account, chance):
        if chance < 9:  # else most runs would be those of two people
            return
        if is_account:
            self.ask(2, "delete", "me", {"password": PASSWORD})
        else:
            self.ask(2, "delete", "me/profile")
        self.gone = {2}

    # What their apps do ---------------------------------------------------------------------------

    @rule(who=person)
    def begin_anew(self, who):
        if who in self.gone:
            return
        self.catch_up(who)
        self.mirrors[who] = snapshot(self.clients[who])

    @rule(who=person)
    def compare(self, who):
        if who in self.gone:
            return
        self.catch_up(who)
        fresh, mirror = snapshot(self.clients[who]), self.mirrors[who]
        assert not differences(mirror.matches, fresh.matches)
        assert not differences(mirror.likes, fresh.likes)
        assert not differences(mirror.conversations, fresh.conversations)
        assert not differences(self.shown(mirror), self.shown(fresh))

    @staticmethod
    def shown(mirror):
        return {
            pk: message
            for pk, message in mirror.messages.items()
            if message["conversation_id"] in mirror.conversations
        }

    def catch_up(self, who):
        has_more = True
        while has_more:
            page = self.ask(who, "get", f"events?after={self.cursors[who]}").json()
            for event in page["events"]:
                assert event["position"] == self.cursors[who] + 1
                self.cursors[who] = event["position"]
                self.seen.add(event["type"])
                self.mirrors[who].apply(event)
            has_more = page["has_more"]
        for id in self.mirrors[who].missing:
            fetch_conversation(self.clients[who], self.mirrors[who], id)
        self.mirrors[who].missing.clear()

    def teardown(self):
        for who in range(PEOPLE if hasattr(self, "clients") else 0):
            self.compare(who)


@pytest.mark.django_db
@pytest.mark.requirement("R5.4", "R6.5", "R7.6", "R7.7")
def test_a_snapshot_and_the_events_since_are_what_a_fresh_fetch_answers(client_for):
    Watched.client_for = staticmethod(client_for)
    Watched.seen = set()
    run_state_machine_as_test(
        Watched, settings=settings(settings.default, max_examples=20, stateful_step_count=30)
    )
    # Each kind of event was there to be applied.
    assert KINDS - {"conversation.delivered"} <= Watched.seen
