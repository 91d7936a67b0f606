"""Accounts for tests."""

from datetime import timedelta
from functools import cache

import factory
from django.contrib.auth.hashers import get_hasher, make_password
from django.utils import timezone

from accounts.models import Session, User

PASSWORD = "a walk in the park"


@cache
def _password_hash(hasher: str) -> str:
    return make_password(PASSWORD, hasher=hasher)


def password_hash() -> str:
    """The hash of PASSWORD; hashing is slow on purpose, so it is done once by each hasher."""
    return _password_hash(get_hasher().algorithm)


class UserFactory(factory.django.DjangoModelFactory):
    """An account that can sign in with PASSWORD."""

    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"owner{n}@pupmatch.example")
    password = factory.LazyFunction(password_hash)


class SessionFactory(factory.django.DjangoModelFactory):
    """A live sign-in."""

    class Meta:
        model = Session

    user = factory.SubFactory(UserFactory)
    ip_address = "192.0.2.1"
    user_agent = "PupMatch/1.0 (tests)"
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=60))
