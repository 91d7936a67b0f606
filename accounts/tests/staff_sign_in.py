"""Steps of signing in to the admin, for tests."""

from django.test import Client
from django.urls import reverse

from accounts.tests.factories import PASSWORD, UserFactory

HOME = "/admin/"
LOCKED = "Too many failed attempts. Wait 15 minutes, then try again."


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


def heard(answer):
    """What the page says, or nothing where the step was passed."""
    if answer.status_code == 302:
        return []
    form = answer.context.get("form") or answer.context["code"]
    return form.non_field_errors()


def fails(user, times, **headers):
    """Guess so often; the last answer."""
    for _ in range(times):
        answer = give_password(browser(), user, "wrong", **headers)
    return answer
