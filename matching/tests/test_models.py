import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from matching.models import Like, Match, Pass
from matching.tests.factories import matched
from messaging.models import Conversation
from profiles.tests.factories import ProfileFactory

pytestmark = pytest.mark.django_db


def refused(name, model, **fields):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        model.objects.create(**fields)


def pair():
    return sorted((ProfileFactory(), ProfileFactory()), key=lambda profile: profile.pk)


@pytest.mark.requirement("R5.5")
def test_a_like_is_there_once_and_never_for_oneself():
    a, b = pair()
    Like.objects.create(liker=a, liked=b)
    refused("like_once", Like, liker=a, liked=b)
    refused("like_not_oneself", Like, liker=a, liked=a)


@pytest.mark.requirement("R5.5")
def test_a_pass_is_there_once_and_never_for_oneself():
    a, b = pair()
    Pass.objects.create(passer=a, passed=b)
    refused("pass_once", Pass, passer=a, passed=b)
    refused("pass_not_oneself", Pass, passer=a, passed=a)


@pytest.mark.requirement("P6")
def test_a_pair_has_at_most_one_active_match():
    match = matched()
    spare = Conversation.objects.create(low=match.low, high=match.high, closed_at=timezone.now())
    again = {"low": match.low, "high": match.high, "conversation": spare}
    refused("match_one_active_per_pair", Match, **again)
    Match.objects.update(ended_at=timezone.now())
    Match.objects.create(**again)


def test_a_match_names_the_smaller_id_first():
    low, high = pair()
    conversation = Conversation.objects.create(low=low, high=high)
    refused("match_pair_ordered", Match, low=high, high=low, conversation=conversation)


def test_the_other_side_is_the_other_side():
    match = matched()
    assert match.other(match.low) == match.high
    assert match.other(match.high) == match.low
