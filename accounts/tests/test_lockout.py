"""Guessing at anybody's password in the app: how often, from where, and whom it keeps out."""

import uuid
from functools import partial
from itertools import chain

import pytest
from django.db import transaction
from django.utils import timezone

from accounts import lockout
from accounts.links import reset_token
from accounts.models import AuthenticationAttempt, FailedSignIn, User, email_digest
from accounts.tests.factories import PASSWORD, SessionFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_locks")]

TOKEN = "/api/v1/auth/token"
HOME, AWAY = "192.0.2.1", "198.51.100.9"


def enter(api, email, password=PASSWORD, where=HOME, **more):
    headers = {name: more.pop(name) for name in list(more) if name.isupper()}
    body = {"email": email, "password": password, **more}
    return api.post(TOKEN, body, REMOTE_ADDR=where, **headers)


def guess(api, email, times=1, **more):
    """The answers' statuses to so many wrong passwords."""
    return [enter(api, email, "wrong", **more).status_code for _ in range(times)]


@pytest.fixture
def attacked(api, settings):
    """Somebody at whose account strangers have guessed from everywhere."""
    settings.SIGN_IN_LOCKS = {**settings.SIGN_IN_LOCKS, "account": 10}

    def attack(user):
        for number in range(2):
            assert guess(api, user.email, 5, where=f"203.0.113.{number}") == [401] * 5
        return user

    return attack


@pytest.mark.requirement("R1.3")
def test_the_sixth_attempt_is_not_looked_at_even_if_it_is_right(api, clock):
    user = UserFactory()
    assert guess(api, user.email, 5) == [401] * 5
    clock.shift(5 * 60)
    answer = enter(api, user.email)
    assert (answer.status_code, answer.data["code"]) == (429, "sign_in_locked")
    assert answer["Retry-After"] == "600"
    clock.shift(10 * 60)
    assert enter(api, user.email).status_code == 200, "trying meanwhile makes it no longer"
    refused = AuthenticationAttempt.objects.filter(method="password", outcome="refused")
    assert refused.count() == 6


@pytest.mark.requirement("R1.3")
def test_whose_account_it_is_shows_in_nothing(api):
    """Of a member, of staff, of somebody who left, who is banned, who has no password, and of nobody."""
    UserFactory(email="member@pupmatch.example")
    UserFactory(email="staff@pupmatch.example", is_staff=True)
    UserFactory(email="gone@pupmatch.example", is_active=False, deactivated_at=timezone.now())
    UserFactory(email="banned@pupmatch.example", is_active=False, banned_at=timezone.now())
    User.objects.create_user("social@pupmatch.example")
    said = {
        name: [
            (answer.status_code, {**answer.json(), "request_id": ""}, sorted(answer.headers))
            for answer in (
                enter(api, f"{name}@pupmatch.example", "wrong", where=f"192.0.2.{number}")
                for _ in range(7)
            )
        ]
        for number, name in enumerate(["member", "staff", "gone", "banned", "social", "nobody"])
    }
    assert [status for status, *_ in said["nobody"]] == [401] * 5 + [429] * 2
    assert all(answers == said["nobody"] for answers in said.values())


def test_what_is_counted_names_nobody(api):
    guess(api, "nobody@pupmatch.example", device_id=str(uuid.uuid4()))
    stored = str(list(FailedSignIn.objects.values()))
    assert email_digest("nobody@pupmatch.example") in stored
    assert not any(word in stored for word in ("nobody@", "wrong"))


@pytest.mark.requirement("R1.2")
def test_whoever_knows_the_password_is_not_counted(api, settings):
    settings.SIGN_IN_LOCKS = {**settings.SIGN_IN_LOCKS, "network": 6}
    user = UserFactory()
    for _ in range(7):
        assert enter(api, user.email).status_code == 200
    guess(api, user.email, 4)
    assert enter(api, user.email).status_code == 200
    # Of the four, the network counts on.
    settings.SIGN_IN_LOCKS = {**settings.SIGN_IN_LOCKS, "network": 20}
    assert guess(api, user.email, 5) == [401] * 5, "what failed at home is forgiven"


# --- Strangers keep nobody out --------------------------------------------------------------------


def test_a_stranger_locks_their_own_network_out_and_no_other(api):
    user = UserFactory()
    assert guess(api, user.email, 9, where=AWAY) == [401] * 5 + [429] * 4
    assert enter(api, user.email, where=HOME).status_code == 200


def test_many_networks_lock_an_account_where_it_is_new(api, attacked):
    user = attacked(UserFactory())
    assert enter(api, user.email, where=AWAY).status_code == 429
    assert enter(api, user.email, where=AWAY, device_id=str(uuid.uuid4())).status_code == 429


@pytest.mark.parametrize("ended", [None, timezone.now()])
def test_but_neither_on_a_device_nor_in_a_network_where_it_was_signed_in(api, attacked, ended):
    device, user = uuid.uuid4(), UserFactory()
    over = {"ended_at": ended, "end_reason": "logout"} if ended else {}
    SessionFactory(user=user, device_id=device, ip_address=HOME, **over)
    attacked(user)
    assert enter(api, user.email, where=HOME).status_code == 200
    assert enter(api, user.email, where=AWAY, device_id=str(device)).status_code == 200


def test_devices_and_networks_of_others_are_no_excuse(api, attacked):
    device, user = uuid.uuid4(), UserFactory()
    SessionFactory(device_id=device, ip_address=HOME)
    attacked(user)
    assert enter(api, user.email, where=HOME, device_id=str(device)).status_code == 429


def test_a_known_device_has_guesses_of_its_own_and_no_more(api):
    device, user = uuid.uuid4(), UserFactory()
    SessionFactory(user=user, device_id=device, ip_address=HOME)
    where = [f"192.0.2.{number}" for number in range(6)]
    statuses = [guess(api, user.email, where=one, device_id=str(device))[0] for one in where]
    assert statuses == [401] * 5 + [429]
    assert enter(api, user.email, where=HOME).status_code == 200


def test_a_known_device_gets_in_where_the_network_is_locked(api):
    device, user = uuid.uuid4(), UserFactory()
    SessionFactory(user=user, device_id=device, ip_address=AWAY)
    for number in range(20):
        guess(api, f"nobody{number}@pupmatch.example")
    assert enter(api, UserFactory().email).status_code == 429
    assert enter(api, user.email).status_code == 429
    assert enter(api, user.email, device_id=str(device)).status_code == 200


def test_a_password_set_by_mail_ends_the_lock(api, attacked):
    user = UserFactory()
    attacked(user)
    guess(api, user.email, 5)
    new = {"token": reset_token(user), "password": "a swim in the lake"}
    assert api.post("/api/v1/auth/password/reset/confirm", new).status_code == 204
    assert enter(api, user.email, "a swim in the lake").status_code == 200


def test_but_not_where_a_second_factor_was_guessed_at(api):
    user = UserFactory(is_staff=True)
    guess(api, user.email, 5)
    new = {"token": reset_token(user), "password": "a swim in the lake"}
    assert api.post("/api/v1/auth/password/reset/confirm", new).status_code == 204
    assert enter(api, user.email, "a swim in the lake").status_code == 429


# --- Networks -------------------------------------------------------------------------------------


def test_a_network_is_locked_for_every_account_but_not_by_what_is_locked_already(api):
    user = UserFactory()
    guess(api, user.email, 40)
    assert enter(api, UserFactory().email).status_code == 200
    for number in range(15):
        assert guess(api, f"nobody{number}@pupmatch.example") == [401]
    assert enter(api, UserFactory().email).status_code == 429
    assert enter(api, UserFactory().email, where=AWAY).status_code == 200


def test_a_network_of_ipv6_is_one(api):
    user = UserFactory()
    for number in range(5):
        guess(api, user.email, where=f"2001:db8:1:2::{number:x}")
    assert enter(api, user.email, where="2001:db8:1:2:f::1").status_code == 429
    assert enter(api, user.email, where="2001:db8:1:3::1").status_code == 200


@pytest.mark.requirement("R12.3")
@pytest.mark.parametrize("proxies", [0, 1, 2])
def test_a_forged_header_does_not_get_around_it(api, settings, proxies):
    settings.PROXY_COUNT = settings.REST_FRAMEWORK["NUM_PROXIES"] = proxies
    behind = ["203.0.113.5", "10.0.0.1"][:proxies]
    user = UserFactory()
    statuses = []
    for number in range(7):
        forged = ", ".join([f"192.0.2.{number}", *behind])
        statuses += guess(api, user.email, where="10.0.0.2", HTTP_X_FORWARDED_FOR=forged)
    assert statuses == [401] * 5 + [429] * 2
    assert (
        FailedSignIn.objects.exclude(ip_address="::").values("ip_address").distinct().count() == 1
    )


# --- At once --------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("counter", "most"), [("place", 5), ("network", 20), ("account", 50), ("device", 5)]
)
def test_exactly_so_many_are_looked_at_however_many_come_at_once(
    api, in_parallel, monkeypatch, counter, most
):
    device, user = uuid.uuid4(), UserFactory()
    if counter == "device":
        SessionFactory(user=user, device_id=device, ip_address=AWAY)
    looked = []
    monkeypatch.setattr("accounts.services._known", lambda *given: looked.append(given))

    def one(number):
        email = f"nobody{number}@pupmatch.example" if counter == "network" else user.email
        where = HOME if counter in ("place", "network") else f"10.0.{number % 8}.{number}"
        more = {"device_id": str(device)} if counter == "device" else {}
        return guess(type(api)(), email, where=where, **more)[0]

    def some(numbers):
        return [one(number) for number in numbers]

    tries = most + 14
    shares = [range(worker, tries, 8) for worker in range(8)]
    answers = chain.from_iterable(in_parallel(*(partial(some, share) for share in shares)))
    assert sorted(answers) == [401] * most + [429] * 14
    assert len(looked) == most


@pytest.mark.django_db(transaction=True)
def test_sign_ins_and_guesses_that_cross_never_wait_for_each_other(api, in_parallel, settings):
    """Counting, taking back and forgetting lock the same rows, and in the same order."""
    settings.SIGN_IN_LOCKS = dict.fromkeys(settings.SIGN_IN_LOCKS, 10_000)
    user = UserFactory()

    def busy(number):
        statuses = []
        for turn in range(40):
            nobody = f"nobody{(number + turn) % 2}@pupmatch.example"
            match number % 4:
                case 0 if turn < 5:
                    statuses.append(enter(type(api)(), user.email).status_code)
                case 1:
                    lockout.forgive(nobody)
                case 2:
                    for row in FailedSignIn.objects.exclude(username="")[:1]:
                        with transaction.atomic():  # as the admin does
                            lockout.lift(row)
                case _:
                    lockout.take_back(lockout.count(email=nobody, ip_address=HOME))
        return statuses

    answers = in_parallel(*(partial(busy, number) for number in range(8)))
    assert {status for statuses in answers for status in statuses} == {200}
