import pytest

from accounts.models import Block
from matching import services
from matching.models import Like, Match
from matching.tests.factories import LikeFactory, matched
from messaging.models import Participant
from moderation.blocking import block

pytestmark = pytest.mark.django_db


def test_blocking_ends_the_match_and_takes_the_conversation_from_the_blocker_alone():
    match = matched()
    block(blocker=match.low.user, blocked=match.high)
    assert not Match.objects.active().exists()
    blocker = Participant.objects.get(profile=match.low)
    blocked = Participant.objects.get(profile=match.high)
    assert blocker.deleted_at is not None
    assert blocked.deleted_at is None
    assert list(Like.objects.values_list("liker", flat=True)) == [match.high_id]


def test_two_strangers_may_meet_again_after_a_block_is_lifted():
    match = matched()
    block(blocker=match.low.user, blocked=match.high)
    Block.objects.all().delete()
    again, _ = services.like(liker=match.low, liked=match.high)
    assert again is not None
    assert again.pk != match.pk


@pytest.mark.django_db(transaction=True)
def test_a_like_that_crosses_a_block_leaves_no_match(in_parallel):
    for _ in range(20):
        like = LikeFactory()
        in_parallel(
            lambda like=like: services.like(liker=like.liked, liked=like.liker),
            lambda like=like: block(blocker=like.liker.user, blocked=like.liked),
        )
    assert Block.objects.count() == 20
    assert not Match.objects.active().exists()
