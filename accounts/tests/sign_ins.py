"""Sign-ins, attempts and blocks for tests."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import AuthenticationAttempt, Block, Session
from accounts.tests.factories import UserFactory


def session(user=None):
    return Session.objects.create(
        user=user or UserFactory(),
        ip_address="192.0.2.1",
        user_agent="PupMatch/1.0 (iOS)",
        expires_at=timezone.now() + timedelta(days=60),
    )


def attempt(user=None, **fields):
    fields = {"method": "password", "outcome": "refused", **fields}
    return AuthenticationAttempt.objects.create(user=user, ip_address="192.0.2.7", **fields)


def block():
    return Block.objects.create(blocker=UserFactory(), blocked=UserFactory())


def bearer(api, access):
    """The client, which shows this token from now on."""
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    return api
