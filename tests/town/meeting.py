"""People decide on each other."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.town.rules import PEOPLE, Rules

person = st.sampled_from(PEOPLE)
pair = st.tuples(person, person).filter(lambda two: two[0] != two[1])


class Meeting(Rules):
    """Likes, passes, matches, blocks, pauses."""

    @rule(two=pair, times=st.integers(1, 2))
    def like(self, two, times):
        a, b = two
        for _ in range(times):
            answer = self.ask(a, "post", "likes", {"profile_id": self.ids[b]})
            expected = 200 if two in self.likes else 201
            if not self.can_reach(a, b):
                expected = 404
            if not self.is_complete(a):
                expected = 409
            if self.wrote(a, answer, expected, repeats=two in self.likes):
                self._liked(two, answer.json()["match"])

    def _liked(self, two, match):
        self.passes.discard(two)
        self.unmatches.discard(two)
        self.likes.add(two)
        assert bool(match) == (two[::-1] in self.likes)
        if match:
            known = self.matches.setdefault(frozenset(two), match["conversation_id"])
            assert known == match["conversation_id"]

    @rule(two=pair, times=st.integers(1, 2))
    def pass_on(self, two, times):
        for _ in range(times):
            answer = self.ask(two[0], "post", "passes", {"profile_id": self.ids[two[1]]})
            expected = 200 if two in self.passes else 201
            if frozenset(two) in self.matches:
                expected = 409
            if not self.can_reach(*two):
                expected = 404
            if not self.is_complete(two[0]):
                expected = 409
            if self.did(two[0], answer, expected):
                self.likes.discard(two)
                self.passes.add(two)

    @rule(two=pair)
    def take_back_like(self, two):
        answer = self.ask(two[0], "delete", f"likes/{self.ids[two[1]]}")
        can_take_back = two in self.likes and self.can_reach(*two)
        if self.did(two[0], answer, 204 if can_take_back else 404):
            self.likes.discard(two)
            self.end(*two)

    @rule(two=pair)
    def take_back_pass(self, two):
        answer = self.ask(two[0], "delete", f"passes/{self.ids[two[1]]}")
        can_take_back = two in self.passes and self.can_reach(*two)
        if self.did(two[0], answer, 204 if can_take_back else 404):
            self.passes.discard(two)
            self.unmatches.discard(two)

    @rule(two=pair)
    def unmatch(self, two):
        answer = self.ask(two[0], "get", "matches")
        if not self.did(two[0], answer, 200):
            return
        rows = {row["profile"]["id"]: row["id"] for row in answer.json()["results"]}
        is_shown = frozenset(two) in self.matches and two[1] not in self.banned
        assert (self.ids[two[1]] in rows) == is_shown
        if is_shown:
            assert (
                self.ask(two[0], "delete", f"matches/{rows[self.ids[two[1]]]}").status_code == 204
            )
            self.end(*two)
            self.likes.discard(two)
            self.passes.add(two)
            self.unmatches.add(two)

    @rule(two=pair)
    def block(self, two):
        answer = self.ask(two[0], "put", f"blocks/{self.ids[two[1]]}")
        talks = self.talks(frozenset(two))
        can_block = self.can_reach(*two) or talks or two in self.blocks
        if self.did(two[0], answer, 204 if can_block else 404) and two not in self.blocks:
            self.blocks.add(two)
            self.likes.discard(two)
            self.end(*two)
            for conversation in talks:
                self.clear(conversation, two[0])

    @rule(two=pair)
    def lift_block(self, two):
        answer = self.ask(two[0], "delete", f"blocks/{self.ids[two[1]]}")
        if self.did(two[0], answer, 204 if two in self.blocks else 404):
            self.blocks.discard(two)

    @rule(who=person)
    def pause(self, who):
        is_paused = who in self.paused
        answer = self.ask(who, "delete" if is_paused else "post", "me/pause")
        if self.did(who, answer, answer.status_code):
            assert answer.status_code < 300
            self.paused ^= {who}
