"""People talk."""

from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.town.meeting import pair, person
from tests.town.rules import Rules


class Talking(Rules):
    """Messages: sent, edited, taken back, read; conversations that are deleted by one side."""

    @rule(two=pair, words=st.sampled_from(["Hello!", "Walk?", "🐶"]))
    def write(self, two, words):
        a, b = two
        body = {"client_id": str(uuid4()), "body": words}
        for conversation in self.talks(frozenset(two)):
            path = f"conversations/{conversation}/messages"
            lasts = self.matches.get(frozenset(two)) == conversation and b not in self.banned
            expected = 201 if lasts else 409
            if (conversation, a) in self.deleted and not lasts:
                expected = 404
            if self.wrote(a, self.ask(a, "post", path, body), expected):
                again = self.ask(a, "post", path, body)
                assert again.status_code == 200
                self._said(conversation, two, {**again.json(), "sender": a})

    def _said(self, conversation, two, message):
        self.said[conversation].append(message)
        assert message["position"] == len(self.said[conversation])
        self.deleted -= {(conversation, who) for who in two}

    @rule(two=pair, index=st.integers(0, 30), words=st.sampled_from(["Sorry!", "Later."]))
    def edit(self, two, index, words):
        found = self._mine(two, index)
        if found is None:
            return
        conversation, message = found
        expected = 200
        if conversation not in self.matches.values() and message["body"] != words:
            expected = 409
        if message["body"] is None:
            expected = 409
        answer = self.ask(two[0], "patch", f"messages/{message['id']}", {"body": words})
        if self.wrote(two[0], answer, expected, repeats=message["body"] == words):
            message["body"] = words

    @rule(two=pair, index=st.integers(0, 30))
    def take_back(self, two, index):
        found = self._mine(two, index)
        if found is None:
            return
        answer = self.ask(two[0], "delete", f"messages/{found[1]['id']}")
        if self.did(two[0], answer, 204):
            found[1]["body"] = None

    def _mine(self, two, index):
        """One of what somebody wrote to the other and still sees."""
        mine = [
            (conversation, message)
            for conversation in self.talks(frozenset(two))
            if (conversation, two[0]) not in self.deleted
            for message in self.seen(conversation, two[0])
            if message["sender"] == two[0]
        ]
        return mine[index % len(mine)] if mine else None

    @rule(two=pair)
    def delete_conversations(self, two):
        for conversation in self.talks(frozenset(two)):
            answer = self.ask(two[0], "delete", f"conversations/{conversation}")
            is_there = (conversation, two[0]) not in self.deleted
            if self.did(two[0], answer, 204 if is_there else 404):
                self.clear(conversation, two[0])

    @rule(two=pair, position=st.integers(1, 40))
    def mark_read(self, two, position):
        for conversation in self.talks(frozenset(two)):
            if (conversation, two[0]) in self.deleted:
                continue
            path = f"conversations/{conversation}/read"
            answer = self.ask(two[0], "post", path, {"position": position})
            if self.did(two[0], answer, answer.status_code):
                assert answer.status_code < 300
                reached = min(position, len(self.said[conversation]))
                before = self.read[conversation, two[0]]
                self.read[conversation, two[0]] = max(before, reached)

    @rule(who=person)
    def look_for_words(self, who):
        answer = self.ask(who, "get", "messages/search?q=hello&limit=50")
        if self.did(who, answer, 200):
            found = {row["id"] for row in answer.json()["results"]}
            talks = [*self.matches.items(), *self.ended]
            expected = {
                message["id"]
                for two, conversation in talks
                if who in two and (conversation, who) not in self.deleted
                for message in self.seen(conversation, who)
                if message["body"] == "Hello!"
            }
            assert found == expected
