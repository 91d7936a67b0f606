"""Streams for tests, and sign-ins that leave no trace in them."""

from typing import NamedTuple

from accounts.models import Session, User
from accounts.tests.factories import SessionFactory
from accounts.tokens import issue_pair
from events.models import Event, Stream
from events.publishing import publish, recorded


def tell(user, *types, **data):
    """Something happens to somebody, once for each type."""
    with recorded():
        for type in types:
            publish([user.pk], type, data)


def fill(user, number):
    """So many things of no importance happened to somebody."""
    tell(user, *["test.happened"] * number)


def forget(user, until):
    """The events up to a position are no longer kept."""
    Event.objects.filter(stream=user.pk, position__lte=until).delete()


def acknowledged(user):
    """How far a device of theirs is known to have come."""
    return Stream.objects.get(user=user).acknowledged_position


class SignIn(NamedTuple):
    session: Session
    access: str


def sign_in(user: User) -> SignIn:
    """Somebody on one more device, without the event that tells of it."""
    session = SessionFactory(user=user)
    return SignIn(session, issue_pair(session).access)
