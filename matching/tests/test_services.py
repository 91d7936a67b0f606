import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Block
from matching import services
from matching.models import Like, Match, Pass
from matching.tests.factories import LikeFactory, PassFactory, matched
from messaging.models import Conversation, Participant
from profiles.models import Profile
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.problems import NotFound
from screening.models import Finding

pytestmark = pytest.mark.django_db


def test_the_comment_of_a_new_like_is_looked_at():
    a, b = ProfileFactory(), ProfileFactory()
    services.like(liker=a, liked=b, comment="Call 206-555-0143!")
    services.like(liker=a, liked=b, comment="Or 206-555-0144!")
    finding = Finding.objects.get()
    like = Like.objects.get()
    assert (finding.user, finding.subject_type, finding.subject_id) == (a.user, "like", like.pk)
    # Shown, and not repeated where staff read without giving a reason.
    assert (finding.kind, finding.response) == ("contact", "flag")
    assert finding.detail == "a telephone number"


def test_a_comment_in_which_nothing_is_found_costs_one_query():
    pairs = [(ProfileFactory(), ProfileFactory()) for _ in "ab"]
    counts = []
    for (a, b), comment in zip(pairs, ["", "What a tail!"], strict=True):
        with CaptureQueriesContext(connection) as queries:
            services.like(liker=a, liked=b, comment=comment)
        counts.append(len(queries))
    assert counts[1] == counts[0] + 1
    assert not Finding.objects.exists()


@pytest.mark.requirement("R5.1", "R5.5", "P15")
def test_a_repeated_like_is_the_first_one():
    a, b = ProfileFactory(), ProfileFactory()
    services.like(liker=a, liked=b, comment="What a tail!")
    first = Like.objects.get()
    assert services.like(liker=a, liked=b, comment="again") == (None, False)
    again = Like.objects.get()
    assert (again.pk, again.created_at, again.comment) == (
        first.pk,
        first.created_at,
        "What a tail!",
    )


@pytest.mark.requirement("R5.2", "R5.5", "P15")
def test_a_repeated_pass_is_the_first_one():
    a, b = ProfileFactory(), ProfileFactory()
    first, is_new = services.pass_on(passer=a, passed=b)
    assert is_new
    assert services.pass_on(passer=a, passed=b) == (first, False)
    assert Pass.objects.get().created_at == first.created_at


@pytest.mark.requirement("R5.3")
def test_mutual_likes_make_one_match_with_one_conversation():
    match = matched()
    assert Match.objects.get() == match
    assert Conversation.objects.get() == match.conversation
    assert match.low_id < match.high_id
    sides = Participant.objects.filter(conversation=match.conversation)
    assert {side.profile_id for side in sides} == {match.low_id, match.high_id}
    assert all({side.profile_id, side.other_id} == {match.low_id, match.high_id} for side in sides)


@pytest.mark.requirement("R5.3", "P6")
def test_a_like_while_matched_answers_the_same_match():
    match = matched()
    assert services.like(liker=match.low, liked=match.high) == (match, False)
    assert Match.objects.count() == 1


def test_a_like_replaces_a_pass_and_the_reverse():
    a, b = ProfileFactory(), ProfileFactory()
    services.pass_on(passer=a, passed=b)
    services.like(liker=a, liked=b)
    assert not Pass.objects.exists()
    services.pass_on(passer=a, passed=b)
    assert not Like.objects.exists()
    assert Pass.objects.count() == 1


def test_a_pass_on_a_match_is_refused():
    match = matched()
    with pytest.raises(services.AlreadyMatched):
        services.pass_on(passer=match.low, passed=match.high)
    assert not Pass.objects.exists()
    assert Match.objects.active().count() == 1


@pytest.mark.requirement("R5.6")
def test_unlike_removes_the_like_and_its_match_and_keeps_the_others_like():
    match = matched()
    services.unlike(liker=match.low, liked=match.high)
    assert not Match.objects.active().exists()
    assert list(Like.objects.values_list("liker", flat=True)) == [match.high_id]
    assert Conversation.objects.get().closed_at is not None
    assert not Pass.objects.exists()


@pytest.mark.requirement("R5.6")
def test_unlike_without_a_like_is_not_found():
    with pytest.raises(NotFound):
        services.unlike(liker=ProfileFactory(), liked=ProfileFactory())


@pytest.mark.requirement("R6.3")
def test_unmatch_closes_the_conversation_and_counts_as_a_pass_by_whoever_unmatched():
    match = matched()
    services.unmatch(match=match, by=match.high)
    assert not Match.objects.active().exists()
    assert Conversation.objects.get().closed_at is not None
    assert Pass.objects.get().passer_id == match.high_id
    assert Like.objects.get().liker_id == match.low_id


def test_unmatching_twice_is_not_found():
    match = matched()
    services.unmatch(match=match, by=match.high)
    with pytest.raises(NotFound):
        services.unmatch(match=match, by=match.low)


@pytest.mark.requirement("R6.3", "P6")
def test_after_an_unmatch_a_new_match_opens_a_new_conversation():
    match = matched()
    services.unmatch(match=match, by=match.high)
    Pass.objects.all().delete()
    again, is_new = services.like(liker=match.high, liked=match.low)
    assert is_new
    assert again is not None
    assert again.pk != match.pk
    assert again.conversation_id != match.conversation_id
    assert Match.objects.count() == 2
    assert Match.objects.active().get() == again


def test_nobody_likes_or_passes_on_themselves():
    me = ProfileFactory()
    with pytest.raises(services.Oneself):
        services.like(liker=me, liked=me)
    with pytest.raises(services.Oneself):
        services.pass_on(passer=me, passed=me)


@pytest.mark.parametrize("by", ["viewer", "other"])
def test_who_is_blocked_in_either_direction_cannot_be_liked_or_passed_on(by):
    a, b = ProfileFactory(), ProfileFactory()
    blocker, blocked = (a, b) if by == "viewer" else (b, a)
    Block.objects.create(blocker=blocker.user, blocked=blocked.user)
    with pytest.raises(NotFound):
        services.like(liker=a, liked=b)
    with pytest.raises(NotFound):
        services.pass_on(passer=a, passed=b)
    assert not Like.objects.exists()
    assert not Pass.objects.exists()


@pytest.mark.requirement("R2.4")
def test_an_unlisted_profile_can_be_liked_by_nobody_new():
    liker = ProfileFactory()
    for hidden in (ProfileFactory(photos=1), ProfileFactory(user__is_active=False)):
        with pytest.raises(NotFound):
            services.like(liker=liker, liked=hidden)


# --- At the same instant --------------------------------------------------------------------------


@pytest.mark.requirement("R5.3", "P6")
@pytest.mark.django_db(transaction=True)
def test_200_pairs_that_like_each_other_at_the_same_instant_make_200_matches(in_parallel):
    pairs = [(ProfileFactory(), ProfileFactory()) for _ in range(200)]
    for a, b in pairs:
        outcomes = in_parallel(
            lambda a=a, b=b: services.like(liker=a, liked=b),
            lambda a=a, b=b: services.like(liker=b, liked=a),
        )
        assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert Match.objects.active().count() == 200
    assert Conversation.objects.count() == 200
    assert all(Match.objects.between(a, b).count() == 1 for a, b in pairs)


@pytest.mark.django_db(transaction=True)
@pytest.mark.requirement("R5.5", "P15")
def test_twenty_parallel_likes_of_one_person_are_one(in_parallel):
    a, b = ProfileFactory(), ProfileFactory()
    outcomes = in_parallel(*[lambda: services.like(liker=a, liked=b)] * 8)
    assert sorted(is_new for _, is_new in outcomes) == [False] * 7 + [True]
    assert Like.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_both_unmatching_at_once_end_it_once(in_parallel):
    match = matched()
    outcomes = in_parallel(
        lambda: services.unmatch(match=match, by=match.low),
        lambda: services.unmatch(match=match, by=match.high),
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "NotFound"]
    assert Pass.objects.count() == 1


def test_deleting_a_profile_takes_likes_passes_matches_and_conversations_with_it():
    match = matched()
    PassFactory(passer=match.low)
    LikeFactory(liked=match.low)
    Profile.objects.get(pk=match.low_id).delete()
    assert not Match.objects.exists()
    assert not Conversation.objects.exists()
    assert not Participant.objects.exists()
    assert not Like.objects.exists()
    assert not Pass.objects.exists()
