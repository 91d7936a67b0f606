from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import (
    AuthenticationAttempt,
    Block,
    Session,
    User,
    email_digest,
    normalize_email,
)
from accounts.tests.factories import SessionFactory, UserFactory
from pupmatch.lib.constraints import violated

pytestmark = pytest.mark.django_db


def broken_rule(write) -> str | None:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        write()
    return violated(caught.value)


def test_addresses_are_one_whatever_their_capitals():
    user = User.objects.create_user(" Bella@Example.ORG ", "x")
    assert user.email == "bella@example.org" == normalize_email("BELLA@example.org")
    assert User.objects.get_by_natural_key("BELLA@EXAMPLE.ORG") == user


@pytest.mark.requirement("R1.1")
def test_the_database_keeps_addresses_unique_and_in_lower_case():
    UserFactory(email="a@pupmatch.example")
    again = lambda: UserFactory(email="a@pupmatch.example")  # noqa: E731 (one line says it)
    capitals = lambda: UserFactory(email="B@pupmatch.example")  # noqa: E731
    assert broken_rule(again) == "user_email_once"
    assert broken_rule(capitals) == "user_email_is_lower_case"


def test_a_superuser_may_enter_the_admin():
    user = User.objects.create_superuser("root@pupmatch.example", "a walk in the park")
    assert (user.is_staff, user.is_superuser) == (True, True)


def test_only_sign_ins_that_neither_ended_nor_expired_are_live():
    live = SessionFactory()
    SessionFactory(expires_at=timezone.now() - timedelta(seconds=1))
    SessionFactory(ended_at=timezone.now(), end_reason=Session.EndReason.LOGOUT)
    assert list(Session.objects.live()) == [live]


def test_a_sign_in_ends_once_and_keeps_its_first_reason():
    session = SessionFactory()
    assert Session.objects.all().end(Session.EndReason.PASSWORD) == 1
    assert Session.objects.all().end(Session.EndReason.LOGOUT) == 0
    session.refresh_from_db()
    assert session.end_reason == Session.EndReason.PASSWORD


def test_a_sign_in_that_ended_says_why():
    session = SessionFactory()
    session.ended_at = timezone.now()
    assert broken_rule(session.save) == "session_ends_for_a_reason"
    session.ended_at, session.end_reason = None, "logout"
    assert broken_rule(session.save) == "session_ends_for_a_reason"


@pytest.mark.requirement("R12.7")
def test_unknown_addresses_are_kept_as_a_keyed_digest_only(settings):
    digest = email_digest("Nobody@pupmatch.example")
    assert digest == email_digest("nobody@PUPMATCH.example")
    assert "nobody" not in digest
    settings.SECRET_KEY = "another"
    assert digest != email_digest("nobody@pupmatch.example")


def test_an_attempt_names_the_account_or_the_digest_and_not_both():
    attempt = AuthenticationAttempt(
        user=UserFactory(),
        email_digest=email_digest("a@b.example"),
        method="password",
        outcome="refused",
        ip_address="127.0.0.1",
    )
    assert broken_rule(attempt.save) == "attempt_names_user_or_address"


def test_a_block_stands_once_and_never_against_oneself():
    one, other = UserFactory.create_batch(2)
    Block.objects.create(blocker=one, blocked=other)
    twice = lambda: Block.objects.create(blocker=one, blocked=other)  # noqa: E731
    oneself = lambda: Block.objects.create(blocker=one, blocked=one)  # noqa: E731
    assert broken_rule(twice) == "block_once"
    assert broken_rule(oneself) == "block_not_oneself"


def test_blocks_count_from_both_sides():
    me, blocked, blocker, stranger = UserFactory.create_batch(4)
    Block.objects.create(blocker=me, blocked=blocked)
    Block.objects.create(blocker=blocker, blocked=me)
    around_me = User.objects.filter(pk__in=Block.objects.around(me))
    assert set(around_me) == {blocked, blocker}
    assert not User.objects.filter(pk__in=Block.objects.around(stranger)).exists()


def test_every_model_says_what_it_is():
    session = SessionFactory(user_agent="PupMatch/1.0")
    assert str(session.user) == session.user.email
    assert str(session).startswith("PupMatch/1.0 since ")
    assert str(AuthenticationAttempt(method="password", outcome="refused")) == "password refused"
