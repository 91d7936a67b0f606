"""Two people who write, edit, unsend, read and delete, against a plain model of the rules.

Now and then staff hold a message, and release it.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging import services
from messaging.holding import hold, release
from messaging.models import Message, Participant
from messaging.tests.factories import conversation, say, sides_of

pytestmark = pytest.mark.django_db

WORDS = ("park", "ball", "café")
side = st.integers(0, 1)
which = st.integers(0, 30)
step = st.one_of(
    st.tuples(st.just("say"), side, st.sampled_from(WORDS)),
    st.tuples(st.just("edit"), which, st.sampled_from(WORDS)),
    st.tuples(st.just("unsend"), which, st.none()),
    st.tuples(st.just("hold"), which, st.none()),
    st.tuples(st.just("release"), which, st.none()),
    st.tuples(st.just("read"), side, which),
    st.tuples(st.just("delete"), side, st.none()),
)


class Talk:
    """What the rules say of a conversation: messages as [who, words or None], and both sides."""

    def __init__(self):
        self.sides = sides_of(conversation())
        self.said, self.held = [], set()
        self.read, self.cleared, self.is_deleted = [0, 0], [0, 0], [False, False]

    def do_say(self, who, word):
        say(self.sides[who], word)
        self.said.append([who, word])
        self.is_deleted = [False, False]

    def do_edit(self, number, word):
        if self.said and self.said[number % len(self.said)][1] and not self.is_held(number):
            services.edit(message=self.message(number), body=word)
            self.said[number % len(self.said)][1] = word

    def do_unsend(self, number, _):
        if self.said:
            services.unsend(message=self.message(number))
            self.said[number % len(self.said)][1] = None
            self.held.discard(number % len(self.said))

    def do_hold(self, number, _):
        if self.said:
            can_be = self.said[number % len(self.said)][1] and not self.is_held(number)
            assert hold(message=self.message(number)) == bool(can_be)
            if can_be:
                self.held.add(number % len(self.said))

    def do_release(self, number, _):
        if self.said:
            assert release(message=self.message(number)) == self.is_held(number)
            self.held.discard(number % len(self.said))

    def is_held(self, number):
        return number % len(self.said) in self.held

    def do_read(self, who, position):
        services.mark_read(participant=self.sides[who], position=position)
        self.read[who] = max(self.read[who], min(position, len(self.said)))

    def do_delete(self, who, _):
        services.delete_for_me(participant=self.sides[who])
        self.cleared[who], self.is_deleted[who] = len(self.said), True

    def message(self, number):
        position = number % len(self.said) + 1
        return Message.objects.get(conversation=self.sides[0].conversation_id, position=position)

    def check(self):
        for who in (0, 1):
            row = Participant.objects.get(pk=self.sides[who].pk)
            seen = max(self.read[who], self.cleared[who])
            unread = [body for by, body in self.said[seen:] if by != who and body]
            assert row.unread_count == len(unread)
            assert row.read_position == self.read[who] <= row.delivered_position
            assert (row.cleared_position, bool(row.deleted_at)) == (
                self.cleared[who],
                self.is_deleted[who],
            )
            visible = Message.objects.visible_to(self.sides[who].profile).order_by("position")
            shown = [None if n in self.held else body for n, (_, body) in enumerate(self.said)]
            left = [] if self.is_deleted[who] else shown[self.cleared[who] :]
            assert [message.shown_body for message in visible] == left
            for word in WORDS:
                found = [message.body for message in visible.saying(word)]
                assert found == [body for body in left if body == word]


@pytest.mark.requirement("R7.4", "R7.7")
@settings(max_examples=60)
@given(st.lists(step, max_size=25))
def test_both_sides_see_and_count_what_the_rules_say(steps):
    talk = Talk()
    for name, subject, detail in steps:
        getattr(talk, f"do_{name}")(subject, detail)
    talk.check()
