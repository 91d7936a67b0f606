"""How a pair stands, against what is asked of everybody at once."""

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Block
from matching import services
from matching.models import Like, Match, Pass
from matching.standing import WaitingLike, lock_pair
from matching.storing import store
from matching.visibility import reachable
from messaging.services import open_conversation
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.ids import uuid7
from pupmatch.lib.problems import NotFound

pytestmark = pytest.mark.django_db

FACTS = {
    "like": lambda me, other: Like.objects.create(liker=me, liked=other),
    "returned": lambda me, other: Like.objects.create(liker=other, liked=me),
    "pass": lambda me, other: Pass.objects.create(passer=me, passed=other),
    "passed": lambda me, other: Pass.objects.get_or_create(passer=other, passed=me),
    "unmatched": lambda me, other: Pass.objects.update_or_create(
        passer=other, passed=me, defaults={"is_unmatch": True}
    ),
    "block": lambda me, other: Block.objects.create(blocker=me.user, blocked=other.user),
    "blocked": lambda me, other: Block.objects.create(blocker=other.user, blocked=me.user),
    "paused": lambda me, other: change(other, paused_at=timezone.now()),
    "incomplete": lambda me, other: change(other, photo_count=1),
    "banned": lambda me, other: change(other.user, is_active=False),
    # What one's own state is makes no difference to whom one reaches.
    "i am paused": lambda me, other: change(me, paused_at=timezone.now()),
    "ended": lambda me, other: meet(me, other, ended_at=timezone.now()),
}


def change(row, **fields):
    type(row).objects.filter(pk=row.pk).update(**fields)


def meet(me, other, **fields):
    low, high = sorted((me, other), key=lambda profile: profile.pk)
    talk = open_conversation(low=low, high=high, match_id=uuid7())
    if fields:
        type(talk).objects.filter(pk=talk.pk).update(closed_at=timezone.now())
    match = Match(low=low, high=high, conversation=talk)
    store(match)
    change(match, **({"ended_at": None} | fields))


def waiting_likes(me, other):
    """The likes between two people that wait, as everybody's are asked for."""
    pairs = Like.objects.filter(liker__in=[me, other], liked__in=[me, other])
    rows = pairs.waiting().values_list("id", "liker_id", "liked__user_id")
    return {WaitingLike(*row) for row in rows}


@settings(max_examples=120)
@given(st.sets(st.sampled_from(sorted(FACTS))), st.booleans(), st.booleans())
def test_a_pair_stands_as_everybody_is_asked(facts, is_matched, is_swapped):
    with transaction.atomic():
        me, other = ProfileFactory.create_batch(2)
        if is_swapped:
            me, other = other, me
        # A match that lasts has both likes behind it.
        for fact in facts | ({"like", "returned"} if is_matched else set()):
            FACTS[fact](me, other)
        if is_matched:
            meet(me, other)
        found = lock_pair(me, other)
        assert found.can_reach == reachable(me).filter(pk=other.pk).exists()
        assert found.waiting() == waiting_likes(me, other)
        match = Match.objects.active().between(me, other).first()
        assert found.match_id == (match.pk if match else None)
        transaction.set_rollback(True)


def test_who_is_gone_stands_nowhere():
    me, other = ProfileFactory.create_batch(2)
    type(other).objects.filter(pk=other.pk).delete()
    with pytest.raises(NotFound):
        lock_pair(me, other)


# --- What it costs --------------------------------------------------------------------------------


def test_a_like_costs_the_same_after_many_as_after_none(django_assert_num_queries):
    me, other, *crowd = ProfileFactory.create_batch(12)
    for one in crowd:
        services.like(liker=me, liked=one)
        services.like(liker=one, liked=me)
    # Both profiles, how they stand, the like, the stream, the event; and this test's savepoint.
    with django_assert_num_queries(5 + 2):
        services.like(liker=me, liked=other)
    # That, the conversation, both sides, the match.
    with django_assert_num_queries(8 + 2):
        services.like(liker=other, liked=me)
    # Nothing to write or tell: the match, and its row.
    with django_assert_num_queries(4 + 2):
        services.like(liker=other, liked=me)


def test_a_pass_costs_what_it_must(django_assert_num_queries):
    me, other = ProfileFactory.create_batch(2)
    with django_assert_num_queries(3 + 2):
        services.pass_on(passer=me, passed=other)
    with django_assert_num_queries(3 + 2):
        services.pass_on(passer=me, passed=other)
