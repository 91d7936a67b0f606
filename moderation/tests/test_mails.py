"""What people are mailed about decisions: article 17 of the Digital Services Act, in plain words."""

import pytest
from django.utils import timezone

from accounts.credentials import remove_account
from accounts.tests.factories import UserFactory
from moderation import appeals, deciding
from moderation.models import Decision, Reason
from moderation.rules import RULES
from moderation.tests.desk import an_old_dog, case_of, decided, dog, lead, undone
from screening.models import Finding, Response

pytestmark = pytest.mark.django_db

Kind = Decision.Kind
TOLD = [kind for kind in Kind if kind != Kind.DISMISS]


def text_of(mails):
    """The text of the only mail, with its lines joined."""
    (mail,) = mails()
    assert len(mail.body) < 4000
    return " ".join(mail.body.split())


@pytest.mark.parametrize("kind", TOLD)
def test_a_statement_says_what_why_how_and_what_can_be_done(kind, mails):
    me = dog(user=UserFactory(email="somebody@pupmatch.example"))
    thing = me.photos.first() if kind == Kind.REMOVE else me
    decision = decided(thing, kind, statement="You wrote the same to forty people.")
    text = text_of(mails)
    end = f"{decision.until:%-d %B %Y, %H:%M} UTC" if decision.until else ""
    what = {
        Kind.WARN: "this is a warning",
        Kind.REMOVE: "taken a photo of your profile out of sight",
        Kind.HOLD_PHOTOS: "hidden the photos of your profile",
        Kind.LIMIT: f"until {end} you can send neither likes nor messages",
        Kind.SUSPEND: f"your account is suspended until {end}",
        Kind.BAN: "your account is banned",
    }[kind]
    assert what in text
    assert RULES[Reason.SPAM].title in text
    assert "You wrote the same to forty people." in text
    assert "Other people reported something to us." in text
    assert "A person of our staff looked at it and decided." in text
    assert "No software decides such things here." in text
    last = decision.in_force_at + appeals.APPEALABLE
    assert f"You can appeal once, until {last:%-d %B %Y}" in text
    assert ("You can still sign in for that" in text) == (kind in (Kind.SUSPEND, Kind.BAN))
    assert "out of court" in text


@pytest.mark.parametrize("kind", TOLD)
def test_a_mail_names_nobody_and_quotes_nothing(kind, mails):
    reporter = dog(user=UserFactory(email="reporter@pupmatch.example"), name="Watchdog")
    me = dog(name="Biscuit", bio="A secret.")
    case = case_of(me, reporter=reporter.user)
    thing = me if kind != Kind.REMOVE else me.photos.first()
    decided(thing, kind, case=case, note="For staff alone.")
    text = text_of(mails)
    for word in (
        "reporter@",
        "Watchdog",
        "Biscuit",
        "A secret.",
        "For staff alone.",
        me.user.email,
    ):
        assert word not in text


def test_a_statement_says_what_staff_had_before_them(mails):
    me = dog()
    case = case_of(me.photos.first())
    case_of(me.prompts.first())
    case.finding_count = 1
    case.save()
    Finding.objects.create(
        user=me.user, kind=Finding.Kind.LINK, response=Response.FLAG, subject_type="profile",
        subject_id=me.pk, gathered_at=timezone.now(),
    )  # fmt: skip
    decided(me, Kind.WARN, case=case)
    text = text_of(mails)
    assert "our software noticed something, too" in text
    assert (
        "We looked at what your profile says, and at a photo of your profile, "
        "and at a question and answer of your profile." in text
    )


def test_two_people_of_staff_are_two(mails):
    deciding.confirm(decision=decided(an_old_dog(), Kind.BAN), by=lead())
    assert "Two people of our staff looked at it, one after the other, and decided." in text_of(
        mails
    )


@pytest.mark.parametrize("kind", TOLD)
def test_what_is_taken_back_is_said_to_be(kind, mails):
    me = dog()
    decision = decided(me.photos.first() if kind == Kind.REMOVE else me, kind)
    mails().clear()
    undone(decision)
    text = text_of(mails)
    assert "We have taken that back" in text
    assert ("Please sign in again." in text) == (kind in (Kind.SUSPEND, Kind.BAN))


def test_what_is_taken_back_before_it_was_told_is_told_in_one_mail(mails):
    undone(decided(dog(), Kind.BAN))
    assert "We have taken that back" in text_of(mails)


def test_unverified_addresses_are_written_to_as_well(mails):
    me = dog(user=UserFactory(email_verified_at=None))
    decided(me, Kind.BAN)
    (mail,) = mails()
    assert mail.to == [me.user.email]
    assert "If you have no account at PupMatch" in " ".join(mail.body.split())


def test_whoever_has_left_is_not_written_to(mails):
    me = dog()
    decided(me, Kind.BAN)
    remove_account(user=me.user)
    assert mails() == []


@pytest.mark.parametrize("words", ["Hi\r\nBcc: a@b.example", "<b>&amp;</b>", "{{ decision.note }}"])
def test_what_staff_write_arrives_to_the_letter(words, mails):
    decided(dog(), Kind.WARN, statement=words, note="a note")
    (mail,) = mails()
    assert words.replace("\r\n", "\n") in mail.body.replace("\r\n", "\n")
    assert "\n" not in mail.subject
    assert mail.bcc == []
