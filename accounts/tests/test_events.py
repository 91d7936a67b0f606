"""What is told of an account: to its owner, on all their devices, and to nobody else."""

import pytest

from accounts import credentials, services, standing
from accounts.models import Session
from accounts.tests.factories import PASSWORD, SessionFactory, UserFactory
from events.tests.watching import Watch
from pupmatch.lib.requests import Caller

pytestmark = pytest.mark.django_db

CALLER = Caller("192.0.2.1", "tests")
IN, OUT, UPDATED = "account.signed_in", "account.signed_out", "account.updated"


@pytest.fixture
def user():
    UserFactory()  # who is told nothing
    return UserFactory()


def told(watch, user):
    found = watch.told()
    events = found.pop(user.pk, [])
    assert found == {}
    return events


def sign_in(user):
    services.open_session(user=user, **CALLER._asdict())
    return Session.objects.filter(user=user).latest("created_at")


@pytest.mark.requirement("R1.3")
def test_a_sign_in_is_told_by_its_id(user):
    watch = Watch()
    services.sign_in(email=user.email, password=PASSWORD, caller=CALLER)
    assert told(watch, user) == [(IN, {"session_id": str(Session.objects.get().pk)})]
    with pytest.raises(services.InvalidCredentials):
        services.sign_in(email=user.email, password="wrong", caller=CALLER)
    assert told(watch, user) == []


def test_a_registration_begins_the_stream(api):
    watch = Watch()
    account = {"email": "rex@pupmatch.example", "password": PASSWORD}
    assert api.post("/api/v1/auth/register", account).status_code == 201
    assert list(watch.types().values()) == [[IN]]


ENDS = {
    "logout": lambda client, sessions: client.post("/api/v1/auth/logout"),
    "logout-all": lambda client, sessions: client.post("/api/v1/auth/logout-all"),
    "one": lambda client, sessions: client.delete(f"/api/v1/auth/sessions/{sessions[1].pk}"),
    "password": lambda client, sessions: client.post(
        "/api/v1/auth/password/change",
        {"current_password": PASSWORD, "password": "another walk in the park"},
    ),
    "staff": lambda client, sessions: standing.sign_out(user=sessions[0].user),
    "deactivate": lambda client, sessions: standing.deactivate(user=sessions[0].user),
    "staff, one": lambda client, sessions: standing.end_session(session=sessions[1]),
}


@pytest.mark.requirement("R1.6")
@pytest.mark.parametrize(
    ("end", "ended"),
    [
        ("logout", [0]),
        ("logout-all", [0, 1, 2]),
        ("one", [1]),
        ("password", [1, 2]),
        ("staff", [0, 1, 2]),
        ("deactivate", [0, 1, 2]),
        ("staff, one", [1]),
    ],
)
def test_every_sign_in_that_ends_is_told_once(client_for, user, end, ended):
    client = client_for(user)
    sessions = [Session.objects.get(), sign_in(user), sign_in(user)]
    SessionFactory(user=user, ended_at="2026-01-01T00:00Z", end_reason="logout")
    watch = Watch()
    ENDS[end](client, sessions)
    assert told(watch, user) == [(OUT, {"session_id": str(sessions[i].pk)}) for i in ended]
    assert not Session.objects.live().filter(pk__in=[sessions[i].pk for i in ended]).exists()
    standing.end_session(session=sessions[ended[0]])
    assert told(watch, user) == []


@pytest.mark.requirement("R1.6")
def test_a_copied_refresh_token_ends_its_family_and_tells(client_for, user, api, settings):
    settings.REFRESH_REUSE_LEEWAY -= settings.REFRESH_REUSE_LEEWAY
    client = client_for(user)
    refresh = {"refresh": client.tokens.refresh}
    api.post("/api/v1/auth/token/refresh", refresh)
    watch = Watch()
    assert api.post("/api/v1/auth/token/refresh", refresh).status_code == 401
    assert told(watch, user) == [(OUT, {"session_id": str(Session.objects.get().pk)})]


def test_a_verified_or_moved_address_is_told_and_where_it_moved_is_not(user):
    watch = Watch()
    credentials.move_account(user=user, email="new@pupmatch.example")
    assert told(watch, user) == [(UPDATED, {})]
    for expected in ([(UPDATED, {})], []):
        credentials._verify(user.pk, user.email)
        assert told(watch, user) == expected


@pytest.mark.django_db(transaction=True)
def test_a_sign_in_that_is_ended_twice_at_once_is_told_once(in_parallel):
    for _ in range(5):
        user = UserFactory()
        sessions = [sign_in(user) for _ in range(3)]
        watch = Watch()
        in_parallel(
            lambda user=user: standing.sign_out(user=user),
            *[
                lambda user=user: services.end_sessions(
                    user.sessions.all(), Session.EndReason.LOGOUT
                )
            ]
            * 3,
        )
        assert sorted(data["session_id"] for _, data in watch.told()[user.pk]) == sorted(
            str(session.pk) for session in sessions
        )
