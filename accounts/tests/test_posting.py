"""Whom we write to: owners of what happens to them; others when asked, and no box is ever filled."""

from datetime import timedelta
from functools import partial

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone

from accounts import credentials, services, tasks
from accounts.models import User
from accounts.posting import send_counted
from accounts.tests.factories import PASSWORD, SessionFactory, UserFactory
from accounts.tests.staff_sign_in import clerk
from pupmatch.lib.jobs import enqueue
from pupmatch.lib.requests import Caller

pytestmark = pytest.mark.django_db

CALLER = Caller("192.0.2.1", "tests")
BOX = "victim@gmail.com"


def registers(address):
    services.register(email=address, password=PASSWORD, caller=CALLER)


def asks_to_verify(address):
    credentials.send_verification(UserFactory(email=address))


def asks_for_a_new_password(address):
    UserFactory(email=address)
    credentials.request_password_reset(email=address)


def moves_there(address):
    credentials.move_account(user=UserFactory(), email=address)


def another(number):
    """A mail that somebody asked for who has yet to confirm such an address."""
    user = User(email=f"vic.tim+{number}@googlemail.com")
    send_counted(user, EmailMessage("Again", "and again", to=[user.email]))


@pytest.mark.usefixtures("real_limits")
@pytest.mark.parametrize("ask", [registers, asks_to_verify, asks_for_a_new_password, moves_there])
def test_a_box_gets_five_mails_an_hour_however_they_are_asked_for(ask, mails, time_machine):
    time_machine.move_to(now := timezone.now(), tick=False)
    for number in range(4):
        another(number)
    ask(BOX.replace("@", "+5@"))
    assert [mail.to for mail in mails()][4:] == [[BOX.replace("@", "+5@")]]
    ask("vic.tim@gmail.com")
    assert len(mails()) == 5
    ask("somebody@pupmatch.example")
    assert len(mails()) == 6
    time_machine.move_to(now + timedelta(hours=1, seconds=1), tick=False)
    ask("v.ictim@gmail.com")
    assert len(mails()) == 7


@pytest.mark.usefixtures("real_limits")
def test_the_domains_of_one_provider_are_one_box(mails):
    for number, domain in enumerate(["icloud.com", "me.com", "mac.com"] * 3):
        user = User(email=f"victim+{number}@{domain}")
        send_counted(user, EmailMessage("Again", "and again", to=[user.email]))
    assert len(mails()) == 5


@pytest.mark.usefixtures("real_limits")
def test_who_has_confirmed_it_gets_a_new_password_however_much_strangers_ask_for(mails):
    UserFactory(email=BOX, email_verified_at=timezone.now())
    for number in range(9):
        another(number)
    credentials.request_password_reset(email=BOX)
    assert [mail.to for mail in mails()][5:] == [[BOX]]
    for _ in range(9):
        credentials.request_password_reset(email=BOX)
    assert len(mails()) == 5 + 5


@pytest.mark.usefixtures("real_limits")
def test_who_has_the_plain_address_gets_a_new_password_before_it_is_confirmed(mails):
    for number in range(9):
        another(number)
    asks_for_a_new_password(BOX)
    assert [mail.to for mail in mails()][5:] == [[BOX]]
    for _ in range(9):
        credentials.request_password_reset(email=BOX)
    assert len(mails()) == 5 + 5


def registers_and_leaves(mails, number):
    user, _ = services.register(email=BOX, password=PASSWORD, caller=CALLER)
    mails()
    credentials.remove_account(user=user)


def moves_there_and_away(mails, number):
    user = UserFactory()
    credentials.move_account(user=user, email=BOX)
    credentials.send_verification(user)
    mails()
    credentials.move_account(user=user, email=f"away{number}@pupmatch.example")


@pytest.mark.usefixtures("real_limits")
@pytest.mark.parametrize("come_and_go", [registers_and_leaves, moves_there_and_away])
def test_the_plain_address_gets_no_more_for_having_many_accounts(mails, time_machine, come_and_go):
    time_machine.move_to(timezone.now(), tick=False)
    for number in range(8):
        come_and_go(mails, number)
    assert [mail.to for mail in mails()].count([BOX]) == 5


@pytest.mark.usefixtures("real_limits")
@pytest.mark.django_db(transaction=True)
def test_and_no_more_of_eight_at_once(in_parallel, mailoutbox):
    user = UserFactory()
    outcomes = in_parallel(*[partial(tasks.mail_verification, str(user.pk))] * 8)
    assert (outcomes, len(mailoutbox)) == ([None] * 8, 5)


def told_of_a_sign_in(user):
    enqueue("accounts.tasks.mail_new_sign_in", user_id=user.pk, signed_in_at="2026-11-21T08:00")


def told_of_a_provider(user):
    enqueue(
        "accounts.tasks.mail_provider_changed", user_id=user.pk, provider="apple", change="added"
    )


def told_of_a_password(user):
    session = SessionFactory(user=user)
    change = {"password": "a swim in the lake", "current_password": PASSWORD}
    credentials.change_password(session=session, caller=CALLER, **change)


def told_of_having_left(user):
    credentials.move_account(user=User.objects.get(pk=user.pk), email=f"new-{user.email}")


@pytest.mark.parametrize(
    "happens",
    [
        told_of_a_sign_in,
        told_of_a_provider,
        told_of_a_password,
        told_of_having_left,
    ],
)
def test_news_of_an_account_goes_to_an_address_that_is_its_owners_and_to_no_other(happens, mails):
    stranger, owner = UserFactory(), UserFactory(email_verified_at=timezone.now())
    for user in (stranger, owner):
        happens(user)
    to = [mail.to[0] for mail in mails() if not mail.to[0].startswith("new-")]
    assert to == [owner.email]


def test_colleagues_vouch_for_the_addresses_of_staff(mails):
    user = clerk()
    assert not user.is_email_verified
    enqueue("accounts.tasks.mail_factor_changed", user_id=user.pk, change="added")
    enqueue("accounts.tasks.mail_password_changed", user_id=user.pk)
    assert [mail.to for mail in mails()] == [[user.email]] * 2
    assert "tell those who run" in mails()[1].body
