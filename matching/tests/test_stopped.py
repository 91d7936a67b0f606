"""Limited, suspended and banned people: nothing of theirs is stored once that is decided."""

import random
import threading
import time
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from accounts import standing
from accounts.refusals import AccountBanned, AccountLimited, AccountSuspended, SignInEnded
from events.publishing import recorded
from matching import services
from matching.models import Like, Match, Pass
from matching.tests.factories import matched
from messaging.models import Message
from messaging.services import edit, send, unsend
from messaging.tests.factories import say
from profiles.models import Profile
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.problems import NotFound

pytestmark = pytest.mark.django_db

UNTIL = timezone.now() + timedelta(days=1)
STOPS = {
    AccountLimited: lambda user: standing.limit(user=user, until=UNTIL),
    AccountSuspended: lambda user: standing.suspend(user=user, until=UNTIL),
    AccountBanned: lambda user: standing.ban(user=user),
    SignInEnded: lambda user: standing.deactivate(user=user),
}
stopped_for = pytest.mark.parametrize(
    ("refusal", "stop"), STOPS.items(), ids=[each.__name__ for each in STOPS]
)


@pytest.fixture
def me():
    return ProfileFactory()


@pytest.fixture
def side(me):
    """The side of somebody who is matched, with a message from both."""
    match = matched(me)
    mine, theirs = match.conversation.participants.order_by("-profile_id")
    if mine.profile_id != me.pk:
        mine, theirs = theirs, mine
    say(mine)
    say(theirs)
    return mine


@stopped_for
def test_nothing_that_others_see_is_stored_any_more(me, side, refusal, stop):
    mine = Message.objects.get(sender=me)
    others = [ProfileFactory(), side.other]
    before = list(Message.objects.values()), list(Like.objects.values())
    stop(me.user)
    for write in (
        partial(say, side),
        partial(edit, message=mine, body="Changed."),
        *[partial(services.like, liker=me, liked=other) for other in others],
    ):
        with pytest.raises(refusal) as refused:
            write()
        has_end = refusal in (AccountLimited, AccountSuspended)
        assert refused.value.members == ({"until": UNTIL} if has_end else {})
    assert (list(Message.objects.values()), list(Like.objects.values())) == before


@stopped_for
def test_what_was_sent_before_is_still_the_answer_when_it_is_sent_again(me, side, refusal, stop):
    client_id = uuid4()
    message, _ = send(participant=side, client_id=client_id, body="Hello!")
    stop(me.user)
    assert send(participant=side, client_id=client_id, body="Hello!") == (message, False)


def test_a_limited_person_may_pass_unmatch_and_take_back(me, side):
    standing.limit(user=me.user, until=UNTIL)
    other = ProfileFactory()
    services.pass_on(passer=me, passed=other)
    services.take_back_pass(passer=me, passed=other)
    unsend(message=Message.objects.get(sender=me))
    edit(message=Message.objects.get(sender=side.other), body="They may.")
    services.unmatch(match=Match.objects.get(), by=me)
    assert Pass.objects.get().passer == me
    assert set(Message.objects.values_list("body", flat=True)) == {None, "They may."}


def test_others_may_like_and_write_to_a_limited_person(me, side):
    standing.limit(user=me.user, until=UNTIL)
    theirs = side.conversation.participants.get(profile=side.other)
    say(theirs)
    services.like(liker=ProfileFactory(), liked=me)
    assert Message.objects.filter(sender=side.other).count() == 2
    assert Like.objects.filter(liked=me).count() == 2


def test_a_limit_that_is_over_or_lifted_limits_nobody(me, side):
    standing.limit(user=me.user, until=timezone.now())
    say(side)
    standing.limit(user=me.user, until=UNTIL)
    standing.unlimit(user=me.user)
    edit(message=say(side), body="Changed.")
    services.like(liker=me, liked=ProfileFactory())


def test_the_refusal_is_a_problem_with_its_end(client_for, me, side):
    message, client = Message.objects.get(sender=me), client_for(me.user)
    standing.limit(user=me.user, until=UNTIL.replace(microsecond=0))
    talk = f"/api/v1/conversations/{side.conversation_id}/messages"
    for answer in (
        client.post("/api/v1/likes", {"profile_id": ProfileFactory().pk}),
        client.post(talk, {"client_id": uuid4(), "body": "Hello?"}),
        client.patch(f"/api/v1/messages/{message.pk}", {"body": "Changed."}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "account_limited")
        assert answer.json()["until"] == f"{UNTIL:%Y-%m-%dT%H:%M:%SZ}"
    assert client.get(talk).status_code == 200
    assert client.delete(f"/api/v1/messages/{message.pk}").status_code == 204


# --- At the same instant --------------------------------------------------------------------------


def written_by(profile):
    """Everything of theirs, to the last version of each word."""
    messages = Message.objects.filter(sender=profile).order_by("position")
    likes = Like.objects.filter(liker=profile).order_by("pk")
    return list(messages.values("pk", "body", "edited_at")), list(likes.values("pk", "created_at"))


def again_and_again(write, times=15):
    """Write until it is refused; says how."""
    for _ in range(times):
        try:
            write()
        except Exception as refusal:
            return type(refusal)
    return None


@pytest.mark.django_db(transaction=True)
def test_of_a_crossing_ban_or_limit_nothing_is_stored_after_its_commit(in_parallel):
    refused = 0
    for round_ in range(50):
        me, others = ProfileFactory(), iter(ProfileFactory.create_batch(15))
        sides = [matched(me).conversation.participants.get(profile=me) for _ in range(2)]
        first = say(sides[0])
        refusal, stop = list(STOPS.items())[round_ % 3]
        at_commit = []

        def decide(stop=stop, user=me.user, me=me, at_commit=at_commit):
            time.sleep(random.uniform(0, 0.05))
            stop(user)
            at_commit += [written_by(me)]

        outcomes = in_parallel(
            decide,
            *[partial(again_and_again, partial(say, side)) for side in sides],
            partial(again_and_again, lambda me=me, others=others: like(me, next(others))),
            partial(again_and_again, lambda first=first: edit(message=first, body=str(uuid4()))),
        )
        assert written_by(me) == at_commit[0], f"round {round_}: something came later"
        # Nobody is stopped by anything else, such as a deadlock.
        assert set(outcomes[1:]) <= {refusal, None}, round_
        refused += outcomes[1:].count(refusal)
    assert refused > 100


def like(me, other):
    services.like(liker=me, liked=other)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("write", ["like", "message"])
def test_a_decision_waits_for_what_is_on_its_way(in_parallel, write):
    me = ProfileFactory()
    side = matched(me).conversation.participants.get(profile=me)
    is_written, is_banned = threading.Event(), threading.Event()

    def write_slowly():
        with recorded():
            like(me, ProfileFactory()) if write == "like" else say(side)
            is_written.set()
            assert not is_banned.wait(0.3)

    def ban():
        is_written.wait()
        standing.ban(user=me.user)
        is_banned.set()
        return written_by(me)

    _, at_commit = in_parallel(write_slowly, ban)
    assert at_commit == written_by(me)
    assert len(at_commit[write == "like"]) == 1 + (write == "like")


@pytest.mark.django_db(transaction=True)
def test_what_comes_while_it_is_being_decided_waits_and_is_refused(in_parallel):
    me, other = ProfileFactory(), ProfileFactory()
    side = matched(me).conversation.participants.get(profile=me)
    first = say(side)
    is_locked = threading.Event()

    def ban_slowly():
        with transaction.atomic():
            standing.ban(user=me.user)
            is_locked.set()
            time.sleep(0.3)

    def after(write):
        is_locked.wait()
        began = time.monotonic()
        refusal = again_and_again(write, times=1)
        return refusal, time.monotonic() - began > 0.1

    writes = (
        partial(say, side), partial(like, me, other), partial(edit, message=first, body="Changed.")
    )  # fmt: skip
    outcomes = in_parallel(ban_slowly, *[partial(after, write) for write in writes])
    assert outcomes[1:] == [(AccountBanned, True)] * 3


@pytest.mark.django_db(transaction=True)
def test_bans_of_many_who_write_to_each_other_are_no_deadlock(in_parallel):
    for _ in range(5):
        people = ProfileFactory.create_batch(4)
        pairs = [(a, b) for a in people for b in people if a.pk < b.pk]
        sides = [
            side
            for a, b in pairs
            for side in matched(a, b).conversation.participants.select_related("profile")
        ]
        outcomes = in_parallel(
            *[partial(standing.ban, user=person.user) for person in people],
            *[partial(again_and_again, partial(say, side), 5) for side in sides[:6]],
            partial(again_and_again, partial(like, people[0], people[1]), 5),
        )
        assert outcomes[: len(people)] == [True] * len(people)
        assert set(outcomes[len(people) :]) <= {AccountBanned, NotFound, None}
    assert not Profile.objects.listed().exists()
