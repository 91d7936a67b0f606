"""Somebody leaves while others still like them and write to them."""

from uuid import uuid4

import pytest
from psycopg.errors import DeadlockDetected

from accounts.credentials import remove_account
from matching.models import Candidate
from matching.services import like
from matching.tests.factories import matched
from messaging.models import Conversation, Participant
from messaging.services import send
from playgrounds.models import Playground
from playgrounds.services import remove_playground
from playgrounds.tests.factories import PlaygroundFactory
from profiles.models import Profile
from profiles.services import delete_profile
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.problems import Problem

pytestmark = pytest.mark.django_db(transaction=True)


def surprises(outcomes):
    """Errors that are neither refusals nor a deadlock, which the API answers by 503: try again."""
    return [
        outcome
        for outcome in outcomes
        if isinstance(outcome, Exception)
        and not isinstance(outcome, Problem)
        and not isinstance(outcome.__cause__, DeadlockDetected)
    ]


@pytest.mark.requirement("R2.7")
@pytest.mark.parametrize("leave", ["profile", "account"])
def test_leaving_crosses_likes_and_messages_without_an_error(in_parallel, leave):
    for _ in range(8):
        match = matched()
        leaving, staying = match.low, match.high
        side = Participant.objects.get(conversation=match.conversation, profile=staying)
        outcomes = in_parallel(
            lambda leaving=leaving: (
                delete_profile(profile=leaving)
                if leave == "profile"
                else remove_account(user=leaving.user)
            ),
            lambda side=side: send(participant=side, client_id=uuid4(), body="Still there?"),
            lambda leaving=leaving: like(liker=ProfileFactory(), liked=leaving),
            lambda leaving=leaving, staying=staying: like(liker=staying, liked=leaving),
        )
        assert outcomes[0] is None  # whoever leaves always gets away
        assert surprises(outcomes) == []
        assert not Profile.objects.filter(pk=leaving.pk).exists()
        assert not Conversation.objects.filter(pk=match.conversation_id).exists()


@pytest.mark.requirement("R9.7")
def test_sharing_a_playground_crosses_its_removal_without_an_error(in_parallel):
    for _ in range(8):
        match = matched()
        owner = match.low.user
        playground = PlaygroundFactory(created_by=owner, source="", source_id="")
        side = Participant.objects.get(conversation=match.conversation, profile=match.high)
        outcomes = in_parallel(
            lambda place=playground, owner=owner: remove_playground(
                playground_id=place.pk, user=owner
            ),
            lambda place=playground, side=side: send(
                participant=side, client_id=uuid4(), playground_id=place.pk
            ),
        )
        assert surprises(outcomes) == []
        assert not Playground.objects.filter(pk=playground.pk).exists()


@pytest.mark.requirement("R2.7", "R10.4")
def test_changing_preferences_crosses_an_erasure_without_a_deadlock(in_parallel, client_for):
    """Both write what decks are made from; whoever comes second finds nobody, or is told so."""
    for _ in range(12):
        leaving = ProfileFactory()
        clients = [client_for(leaving.user) for _ in range(3)]
        erased, *answers = in_parallel(
            lambda leaving=leaving: remove_account(user=leaving.user),
            *(
                lambda client=client, age=age: client.patch(
                    "/api/v1/me/preferences", {"min_age": age}
                )
                for age, client in enumerate(clients, start=1)
            ),
        )
        assert erased is None
        assert {answer.status_code for answer in answers} <= {200, 401, 404}
        assert not Candidate.objects.filter(profile=leaving).exists()
