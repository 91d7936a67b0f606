import re
from datetime import time, timedelta

import pytest
from django.utils import timezone

from accounts.credentials import remove_account
from accounts.standing import ban, deactivate
from messaging.services import mark_read
from notifications import digests, services
from notifications.models import Notification
from notifications.tests.factories import admirer_of, device_of, friend_of, say, side_of

pytestmark = pytest.mark.django_db

EVERYTHING = {kind: {"email": True} for kind in ("new_match", "new_message", "new_like")}


@pytest.fixture
def reader(me, clock):
    """I have no device, and want mail about everything."""
    me.user.email_verified_at = timezone.now()
    me.user.save()
    services.change_preferences(user=me.user, kinds=EVERYTHING)
    return me


@pytest.fixture
def in_an_hour(clock, mails):
    """`in_an_hour()`: every mail so far, an hour later."""

    def later(hours=1):
        mails()
        clock.shift(timedelta(hours=hours))
        digests.start_digests()
        return mails()

    return later


def test_one_mail_sums_up_what_happened(reader, in_an_hour):
    friend = friend_of(reader)
    say(friend, "my secret")
    say(friend, "another")
    admirer_of(reader)
    (mail,) = in_an_hour()
    assert mail.to == [reader.user.email]
    assert mail.subject == "1 match, 1 like and 2 messages on PupMatch"
    for line in ("- 1 match with Biscuit", "- 2 messages from Biscuit", "- 1 like from Rex"):
        assert line in mail.body
    assert "secret" not in mail.body
    told = Notification.objects.get()
    assert (told.channel, told.state) == ("mail", "sent")


def test_at_most_one_a_day_and_nothing_is_left_out(reader, in_an_hour):
    friend = friend_of(reader)
    assert len(in_an_hour()) == 1
    say(friend)
    for _ in range(22):
        assert len(in_an_hour()) == 1
        say(friend)
    mails = in_an_hour(2)
    assert [mail.subject for mail in mails[1:]] == ["23 messages on PupMatch"]
    assert len(in_an_hour(48)) == 2  # nothing is new
    before, after = Notification.objects.order_by("pk")
    assert before.to_position < after.from_position


def test_only_the_kinds_that_are_wanted_by_mail(reader, in_an_hour):
    services.change_preferences(user=reader.user, kinds={"new_match": {"email": False}})
    friend_of(reader)
    assert in_an_hour() == []
    admirer_of(reader)
    assert [mail.subject for mail in in_an_hour()] == ["1 like on PupMatch"]


def test_what_was_read_by_then_is_not_mailed(reader, in_an_hour, mails, clock):
    friend = friend_of(reader)
    assert len(in_an_hour()) == 1
    say(friend)
    mails()
    clock.shift(timedelta(days=1))
    assert digests.digest(user_id=reader.user_id)
    mark_read(participant=side_of(reader, friend), position=1)
    assert len(mails()) == 1
    assert Notification.objects.latest("pk").state == "dropped"


def has_a_device(me):
    device_of(me.user)


def has_another_address(me):
    type(me.user).objects.filter(pk=me.user_id).update(email_verified_at=None)


def sleeps(me):
    services.change_preferences(user=me.user, quiet_hours={"start": time(10), "end": time(20)})


@pytest.mark.parametrize(
    "change",
    [
        has_a_device, has_another_address, sleeps,
        lambda me: deactivate(user=me.user),
        lambda me: services.unsubscribe(user_id=me.user_id),
        lambda me: remove_account(user=me.user),
    ],
)  # fmt: skip
def test_who_gets_no_mail(reader, provider, in_an_hour, change):
    friend_of(reader)
    change(reader)
    assert in_an_hour() == []


def test_a_banned_person_is_in_no_digest(reader, in_an_hour):
    say(friend := friend_of(reader))
    friend_of(reader, "Rex")
    ban(user=friend.profile.user)
    (mail,) = in_an_hour()
    assert mail.subject == "1 match on PupMatch"
    assert "Rex" in mail.body
    assert "Biscuit" not in mail.body


def test_quiet_hours_put_it_off(reader, in_an_hour):
    sleeps(reader)
    friend_of(reader)
    for _ in range(7):
        assert in_an_hour() == []
    assert len(in_an_hour()) == 1


def test_a_device_that_comes_is_told_what_waited_for_the_mail(reader, provider, after_the_burst):
    friend_of(reader)
    after_the_burst()
    device_of(reader.user)
    after_the_burst()
    assert provider.texts() == [("PupMatch", "It's a match with Biscuit!")]


def test_an_address_that_is_verified_later(me, clock, in_an_hour):
    services.change_preferences(user=me.user, kinds=EVERYTHING)
    friend = friend_of(me)
    assert in_an_hour() == []
    me.user.email_verified_at = timezone.now()
    me.user.save()
    assert in_an_hour() == []
    say(friend)
    assert [mail.subject for mail in in_an_hour()] == ["1 message on PupMatch"]


def test_mailing_twice_is_harmless(reader, mails, clock):
    friend_of(reader)
    clock.shift(timedelta(hours=1))
    made = digests.digest(user_id=reader.user_id)
    assert digests.digest(user_id=reader.user_id) is None
    assert len(mails()) == 1
    digests.mail_digest(notification_id=made.pk)
    assert len(mails()) == 1


def test_many_names_are_cut(reader, in_an_hour):
    for name in ("Ada", "Bo", "Cleo", "Dot", "Eve"):
        admirer_of(reader, name)
    (mail,) = in_an_hour()
    assert "- 5 likes from Ada, Bo, Cleo and 2 more" in mail.body


# --- Unsubscribing ----------------------------------------------------------------------------------


@pytest.fixture
def link(reader, in_an_hour):
    friend_of(reader)
    (mail,) = in_an_hour()
    link = mail.extra_headers["List-Unsubscribe"].strip("<>")
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in mail.body
    assert link.startswith("https://api.pupmatch.example/api/v1/notifications/unsubscribe?token=")
    return link


def wants_mail(me):
    return services.wants_digest(me.user_id)


@pytest.mark.requirement("R11.4")
@pytest.mark.parametrize("type_", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_mail_program_unsubscribes_by_one_post(api, reader, link, type_):
    body = b"List-Unsubscribe=One-Click"
    if type_.startswith("multipart"):
        type_ += "; boundary=x"
        body = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--'
    for _ in range(2):
        answer = api.generic("POST", link, body, content_type=type_)
        assert answer.status_code == 200
        assert not wants_mail(reader)


def test_opening_the_link_only_asks(api, reader, link):
    page = api.get(link, HTTP_ACCEPT="text/html")
    assert (page.status_code, wants_mail(reader)) == (200, True)
    assert re.search(r'<form method="post"><button>', page.content.decode())
    assert api.post(link).status_code == 200
    assert not wants_mail(reader)


@pytest.mark.parametrize(
    "change", [lambda t: "", lambda t: t[:-1], lambda t: "x" + t, lambda t: "%F0"]
)
def test_a_link_that_is_not_ours(api, reader, link, change):
    base, _, token = link.partition("token=")
    for method in (api.get, api.post):
        assert method(f"{base}token={change(token)}").status_code == 400
    assert wants_mail(reader)


def test_a_link_outlives_the_account(api, reader, link):
    remove_account(user=reader.user)
    assert api.post(link).status_code == 200
