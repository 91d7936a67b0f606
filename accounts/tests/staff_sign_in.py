"""Steps of signing in to the admin, for tests."""

from django.test import Client
from django.urls import reverse

from accounts.tests.factories import PASSWORD, UserFactory

HOME = "/admin/"


def clerk(**fields):
    """An account of staff, by default without rights."""
    fields = {"email": "clerk@pupmatch.example", "is_staff": True, **fields}
    return UserFactory(**fields)


def give_password(client, user, password=PASSWORD, **headers):
    """The first step."""
    form = {"username": user.email, "password": password, "next": HOME}
    return client.post(reverse("admin:login"), form, secure=True, **headers)


def give_code(client, code, **headers):
    """The second step."""
    return client.post(reverse("staff:second_step"), {"code": code}, secure=True, **headers)


def is_in(client):
    """Whether the front page opens."""
    return client.get(HOME, secure=True).status_code == 200


def browser():
    """Somebody's browser, which comes by https."""
    return Client(headers={"user-agent": "tests"})
