"""Whatever ends a sign-in ends all of it: access, refresh, ticket, long poll and socket.

pytest realtime/tests/test_ends.py --assault -s     twenty times each, with the figures
"""

import statistics
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import httpx
import pytest
from rest_framework.test import APIClient

from accounts import credentials, standing
from accounts.links import reset_token
from accounts.models import Session, User
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tokens import TokenPair, issue_pair
from moderation.tests.desk import decided, dog
from realtime.tests.machinery import Phone, Process, eventually, ticket_for, waiting
from realtime.tests.streams import sign_in

ME, SESSIONS, REFRESH = "/api/v1/me", "/api/v1/auth/sessions", "/api/v1/auth/token/refresh"
NEW = "a swim in the lake"


class Victim(NamedTuple):
    """A sign-in that is about to end, and another one of the same person."""

    user: User
    session: Session
    pair: TokenPair
    other: APIClient


def bearing(access: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    return client


def posted(client: APIClient, path: str, body: dict | None = None, status: int = 204) -> Any:
    answer = client.post(f"/api/v1/auth/{path}", body)
    assert answer.status_code == status, answer.content
    return answer.data


def reuse_refresh(victim: Victim) -> None:
    """By whoever copied it, after the owner has used it."""
    old = victim.pair.refresh
    posted(APIClient(), "token/refresh", {"refresh": old}, 200)
    refused = posted(APIClient(), "token/refresh", {"refresh": old}, 401)
    assert refused["code"] == "refresh_refused"


def change_password(victim: Victim) -> None:
    posted(victim.other, "password/change", {"current_password": PASSWORD, "password": NEW})


def reset_password(victim: Victim) -> None:
    token = reset_token(victim.user)
    posted(APIClient(), "password/reset/confirm", {"token": token, "password": NEW})


def erase(victim: Victim) -> None:
    assert victim.other.delete(ME, {"password": PASSWORD}).status_code == 204


CAUSES: dict[str, Callable[[Victim], Any]] = {
    "sign-out": lambda victim: posted(bearing(victim.pair.access), "logout"),
    "sign-out everywhere": lambda victim: posted(victim.other, "logout-all"),
    "ended from another device": lambda victim: victim.other.delete(
        f"{SESSIONS}/{victim.session.pk}"
    ),
    "password change": change_password,
    "password reset": reset_password,
    "a copied refresh token": reuse_refresh,
    "suspension": lambda victim: decided(victim.user.profile, "suspend"),
    "ban": lambda victim: decided(victim.user.profile, "ban"),
    "erasure": erase,
    "erasure by staff": lambda victim: credentials.remove_account(user=victim.user),
    "deactivation": lambda victim: standing.deactivate(user=victim.user),
    "signed out by staff": lambda victim: standing.sign_out(user=victim.user),
}
# Those which the person's other device survives.
OTHERS_STAY = {"sign-out", "ended from another device", "password change", "a copied refresh token"}


@pytest.fixture
def victim(realtime: Process) -> Callable[[], Victim]:
    def made() -> Victim:
        user = dog().user
        session = sign_in(user).session
        return Victim(user, session, issue_pair(session), bearing(sign_in(user).access))

    return made


def polls(realtime: Process, access: str, answers: list[tuple[float, int]]) -> threading.Thread:
    """A long poll that is under way; what it is answered, and when."""

    def wait() -> None:
        answer = httpx.get(
            f"{realtime.url}/api/v1/events",
            params={"wait": 20},
            headers={"Authorization": f"Bearer {access}"},
            timeout=30,
            trust_env=False,
        )
        answers.append((time.monotonic(), answer.status_code))

    thread = threading.Thread(target=wait)
    thread.start()
    eventually(lambda: waiting(realtime) == 1)
    return thread


def closes(socket: Phone, closings: list[tuple[float, int]]) -> threading.Thread:
    """Listens until the socket is closed; when that was, and with which code."""

    def listen() -> None:
        code = socket.closing(timeout=30)[1]
        closings.append((time.monotonic(), code))

    thread = threading.Thread(target=listen)
    thread.start()
    return thread


@pytest.mark.requirement("R1.6", "R11.3")
@pytest.mark.parametrize("cause", CAUSES)
def test_everything_of_a_sign_in_is_dead_at_once(
    realtime, phone, victim, settings, sized, cause, capsys
):
    settings.REFRESH_REUSE_LEEWAY = timedelta(0)
    took = []
    for _ in range(sized(1, 20)):
        took += ends_at_once(realtime, phone, victim(), cause)
    # A busy machine says nothing about how soon: the long form does.
    assert max(took) < sized(10, 2)
    if sized(0, 1):
        middle, most = 1000 * statistics.median(took), 1000 * max(took)
        with capsys.disabled():
            sys.stdout.write(f"\n{cause}: {middle:.0f} ms (median), {most:.0f} ms (max)")


def ends_at_once(realtime: Process, phone: Any, victim: Victim, cause: str) -> list[float]:
    """What was open is closed; seconds from the end of the cause to the end of poll and socket."""
    mine, stranger = bearing(victim.pair.access), UserFactory()
    socket, theirs = phone(victim.user, session=victim.session), phone(stranger)
    assert [each.hear()["type"] for each in (socket, theirs)] == ["ready", "ready"]
    ticket = ticket_for(victim.user, victim.session)
    answers: list[tuple[float, int]] = []
    poll = polls(realtime, victim.pair.access, answers)
    closings: list[tuple[float, int]] = []
    closing = closes(socket, closings)
    assert [mine.get(path).status_code for path in (ME, SESSIONS)] == [200, 200]

    CAUSES[cause](victim)
    ended = time.monotonic()

    found = [mine.get(path) for path in (ME, SESSIONS, "/api/v1/deck")]
    assert {(answer.status_code, answer.json()["code"]) for answer in found} == {
        (401, "session_ended")
    }
    refused = APIClient().post(REFRESH, {"refresh": victim.pair.refresh})
    assert (refused.status_code, refused.data["code"]) == (401, "refresh_refused")
    closing.join(timeout=30)
    poll.join(timeout=30)
    ((closed, code),) = closings
    assert code == 4403
    # It is answered with what told of the end, or refused; never left to wait.
    ((answered, status),) = answers
    assert status in (200, 401)
    assert Phone(realtime, ticket).closing()[1] in (4401, 4403)
    assert theirs.is_quiet(0.05)
    assert victim.other.get(ME).status_code == (200 if cause in OTHERS_STAY else 401)
    return [max(0.0, closed - ended), max(0.0, answered - ended)]
