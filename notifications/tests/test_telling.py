import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.standing import deactivate
from events.models import Stream
from matching import services as matching
from matching.models import Match
from messaging.holding import hold
from messaging.services import delete_for_me, mark_read, mark_shown, unsend
from moderation.blocking import block
from notifications import services, telling
from notifications.models import Delivery
from notifications.tests.factories import admirer_of, device_of, friend_of, say, side_of
from profiles.models import Profile
from profiles.services import delete_profile

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("R11.1")
def test_a_match_is_pushed_to_both(me, provider, after_the_burst):
    other = friend_of(me).profile
    for profile in (me, other):
        device_of(profile.user)
    matching.unmatch(match=Match.objects.get(), by=me)
    matching.take_back_pass(passer=me, passed=other)
    matching.like(liker=me, liked=other)
    after_the_burst()
    assert sorted(body for _, body in provider.texts()) == [
        "It's a match with Biscuit!", "It's a match with Pickle!",
    ]  # fmt: skip


@pytest.mark.requirement("R11.2")
def test_a_message_is_pushed_to_whom_it_was_written(friend, provider, after_the_burst):
    device_of(friend.profile.user)
    say(friend)
    after_the_burst()
    assert provider.texts() == [("Biscuit", "Park at five?")]


def test_a_like_is_pushed(me, phone, provider, after_the_burst):
    admirer_of(me)
    after_the_burst()
    assert provider.texts() == [("PupMatch", "Rex likes Pickle")]


def test_a_burst_is_one_notification(me, friend, provider, after_the_burst, told):
    for number in range(5):
        say(friend, f"{number}")
    after_the_burst()
    assert provider.texts() == [("PupMatch", "5 new messages from Biscuit")]
    assert [row.kind for row in told(me.user)] == ["new_match", "new_message"]


def test_several_things_are_summed_up(me, friend, provider, after_the_burst, told):
    say(friend)
    other = friend_of(me, "Bella")
    say(other)
    admirer_of(me)
    after_the_burst()
    assert provider.texts() == [("PupMatch", "1 match, 1 like and 2 messages")]
    assert (told(me.user)[-1].kind, told(me.user)[-1].subject_id) == ("", None)


def test_every_device_gets_it_under_one_id_with_the_badge(me, friend, provider, after_the_burst):
    device_of(me.user, platform="android")
    say(friend)
    say(friend_of(me, "Bella"))
    after_the_burst()
    assert len({row["token"] for row in provider.received}) == 2
    assert len({row["id"] for row in provider.received}) == 1
    assert {row["badge"] for row in provider.received} == {2}


def pause(profile):
    Profile.objects.filter(pk=profile.pk).update(paused_at=timezone.now())


def read(me, friend):
    mark_read(participant=side_of(me, friend), position=99)


def end(me, friend):
    matching.unmatch(match=Match.objects.active().get(), by=friend.profile)


# What may happen between the message and the moment at which it would be told.
MEANWHILE = {
    "it was read": read,
    "it was on the screen": lambda me, friend: mark_shown(
        user_id=me.user_id, conversation_id=friend.conversation_id, position=1
    ),
    "it was unsent": lambda me, friend: unsend(message=friend.conversation.messages.get()),
    "it was held": lambda me, friend: hold(message=friend.conversation.messages.get()),
    "the match ended": end,
    "I blocked them": lambda me, friend: block(blocker=me.user, blocked=friend.profile),
    "they blocked me": lambda me, friend: block(blocker=friend.profile.user, blocked=me),
    "they were banned": lambda me, friend: deactivate(user=friend.profile.user),
    "I deleted the conversation": lambda me, friend: delete_for_me(participant=side_of(me, friend)),
    "I switched messages off": lambda me, friend: services.change_preferences(
        user=me.user, kinds={"new_message": {"push": False}}
    ),
    "I was deactivated": lambda me, friend: deactivate(user=me.user),
    "my dog went": lambda me, friend: delete_profile(profile=me),
}


@pytest.mark.requirement("R11.5")
@pytest.mark.parametrize("what", MEANWHILE)
@pytest.mark.parametrize("is_made", [False, True])
def test_what_is_over_or_known_by_then_is_not_told(
    me, friend, provider, after_the_burst, waits_for, told, what, is_made
):
    say(friend)
    if is_made:  # and on its way to the phone, when it happens
        assert telling.notify(user_id=me.user_id)
    MEANWHILE[what](me, friend)
    after_the_burst()
    assert provider.received == []
    assert waits_for(me.user) is None
    if is_made:
        assert told(me.user)[-1].state == "dropped"
        assert Delivery.objects.latest("pk").state == "dropped"
    else:
        assert len(told(me.user)) == 1


@pytest.mark.requirement("R11.5")
@pytest.mark.parametrize(
    "answer",
    [
        lambda me, rex: matching.pass_on(passer=me, passed=rex),
        lambda me, rex: matching.unlike(liker=rex, liked=me),
        lambda me, rex: block(blocker=rex.user, blocked=me),
        lambda me, rex: deactivate(user=rex.user),
        lambda me, rex: pause(rex),
        lambda me, rex: Profile.objects.filter(pk=rex.pk).update(location=None, location_shows_at=None),
    ],
)  # fmt: skip
def test_a_like_that_waits_no_longer_is_not_told(me, phone, provider, after_the_burst, answer):
    answer(me, admirer_of(me))
    after_the_burst()
    assert provider.received == []


def test_a_like_that_was_answered_is_a_match(me, phone, provider, after_the_burst):
    matching.like(liker=me, liked=admirer_of(me))
    after_the_burst()
    assert provider.texts() == [("PupMatch", "It's a match with Rex!")]


def test_a_like_that_was_hidden_for_a_while_is_one_like(me, phone, provider, after_the_burst):
    rex = admirer_of(me)
    matching.pass_on(passer=me, passed=rex)
    matching.take_back_pass(passer=me, passed=rex)
    admirer_of(me, "Bo")
    after_the_burst()
    assert provider.texts() == [("PupMatch", "2 likes")]


def test_what_is_told_of_likes_is_what_the_list_shows(client, me, phone, provider, after_the_burst):
    for number in range(4):
        admirer_of(me, f"Dog {number}")
    matching.pass_on(passer=me, passed=Profile.objects.get(name="Dog 0"))
    pause(Profile.objects.get(name="Dog 1"))
    after_the_burst()
    listed = client.get("/api/v1/likes/received").json()["results"]
    assert provider.texts() == [("PupMatch", f"{len(listed)} likes")]


def test_an_unsent_message_is_not_counted_and_an_edited_one_says_what_it_says_now(
    friend, provider, after_the_burst
):
    first = say(friend, "Five?")
    second = say(friend, "Six?")
    unsend(message=first)
    type(second).objects.filter(pk=second.pk).update(body="Seven?", edited_at=timezone.now())
    after_the_burst()
    assert provider.texts() == [("Biscuit", "Seven?")]


@pytest.mark.requirement("R11.4", "R11.5")
def test_without_previews_no_text_goes_anywhere(me, friend, provider, after_the_burst):
    services.change_preferences(user=me.user, previews=False)
    say(friend, "my secret")
    after_the_burst()
    assert provider.texts() == [("PupMatch", "New message from Biscuit")]
    assert "secret" not in repr(provider.received)


def test_nothing_is_done_for_people_without_a_device(me, after_the_burst, waits_for):
    friend = friend_of(me)
    say(friend)
    after_the_burst()
    assert waits_for(me.user) is None


def test_a_device_that_was_signed_out_tells_nobody(me, phone, friend, waits_for, after_the_burst):
    say(friend)
    phone.session.delete()
    after_the_burst()
    stream = Stream.objects.get(user=me.user)
    assert (stream.notify_from, stream.wants_notifications) == (None, False)


def test_notifying_twice_is_harmless(me, friend, told):
    say(friend)
    assert telling.notify(user_id=me.user_id)
    for _ in range(2):
        assert telling.notify(user_id=me.user_id) is None
    assert len(told(me.user)) == 2
    assert telling.notify(user_id=friend.profile.pk) is None  # nobody's id


def test_the_next_burst_is_the_next_notification(me, friend, provider, after_the_burst, told):
    for text in ("one", "two"):
        say(friend, text)
        after_the_burst()
    assert [body for _, body in provider.texts()] == ["one", "two"]
    before, after = told(me.user)[-2:]
    assert before.to_position < after.from_position


@pytest.mark.parametrize("step", ["notify", "send"])
def test_a_burst_of_fifty_costs_no_more_than_one_message(
    me, friend, after_the_burst, provider, run_jobs, step
):
    def cost(messages):
        for number in range(messages):
            say(friend, f"{number}")
        if step == "send":
            telling.notify(user_id=me.user_id)
        with CaptureQueriesContext(connection) as queries:
            if step == "notify":
                telling.notify(user_id=me.user_id)
            else:
                run_jobs()
        after_the_burst()
        return len(queries)

    one = cost(1)
    assert cost(50) == one
    assert one < 40
