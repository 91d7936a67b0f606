"""Every operation of the schema has a limit; strict ones where they are due; nobody slips by."""

import io
import re
from itertools import count
from uuid import uuid4

import pytest
from django.test import Client as StaffClient
from django.urls import resolve
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from PIL import Image

from accounts.models import User
from accounts.tests.factories import UserFactory
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.models import LimitedCaller, RequestCounter
from pupmatch.lib.throttling.limits import Each
from pupmatch.lib.throttling.views import scopes_of

pytestmark = pytest.mark.django_db

METHODS = ("get", "post", "put", "patch", "delete")
OPERATIONS = [
    (method, path)
    for path, methods in SchemaGenerator().get_schema(request=None, public=True)["paths"].items()
    for method in METHODS
    if method in methods
]
NAMES = [f"{method.upper()} {path.removeprefix('/api/v1')}" for method, path in OPERATIONS]
each_operation = pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=NAMES)

# Beside the general limits. Whoever adds an operation that costs more than a glance, or that
# somebody might want to repeat all day, gives it one and a line here.
STRICT = {
    "POST /auth/register": "register",
    "POST /auth/token": "sign_in",
    "POST /auth/social/nonce": "nonce",
    "POST /auth/social/{provider}": "sign_in",
    "POST /auth/token/refresh": "refresh",
    "POST /auth/password/reset": "mail",
    "POST /auth/password/reset/confirm": "token_check",
    "POST /auth/password/change": "password",
    "POST /auth/email/verify": "token_check",
    "POST /auth/email/resend": "mail",
    "PATCH /me": "password",
    "DELETE /me": "password",
    "POST /me/export": "export",
    "GET /me/export": "export_fetch",
    "POST /me/social/{provider}": "password",
    "DELETE /me/social/{provider}": "password",
    "PUT /me/location": "location",
    "POST /me/photos": "upload",
    "POST /me/verifications": "verification",
    "PUT /me/devices/{installation_id}": "device",
    "POST /me/decisions/{id}/appeal": "appeal",
    "GET /breeds": "search",
    "GET /profiles/{id}": "card",
    "GET /deck": "deck",
    "GET /deck/hints": "hints",
    "POST /likes": "like",
    "GET /likes/received": "lists",
    "GET /likes/sent": "lists",
    "GET /passes": "lists",
    "GET /matches": "lists",
    "POST /conversations/{id}/messages": "message message_in_conversation",
    "PATCH /messages/{id}": "message",
    "GET /messages/search": "search",
    "GET /playgrounds": "places",
    "POST /playgrounds": "playground",
    "PUT /playgrounds/{playground}/review": "review",
    "POST /reports": "report report_daily",
    "GET /events": "events",
    "POST /realtime/ticket": "ticket",
}
ADDRESSES = (f"198.51.{number // 250}.{number % 250 + 1}" for number in count())


def filled(path):
    """The address with something in each gap."""
    return re.sub(r"{[^}]+}", str(uuid4()), path.replace("{provider}", "google"))


def some_photo():
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    picture.seek(0)
    picture.name = "dog.png"
    return picture


def refused(answer, *, limit):
    """Whether it is what everybody past a limit reads."""
    assert answer.status_code == 429, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "throttled"
    assert 1 <= int(answer["Retry-After"]) <= 86_400
    assert answer["RateLimit-Limit"] == str(limit)
    assert answer["RateLimit-Remaining"] == "0"
    assert int(answer["RateLimit-Reset"]) >= 1
    return True


@each_operation
def test_every_operation_has_a_limit(settings, api, client_for, method, path):
    """At the least scale every limit is one request."""
    settings.RATE_LIMIT_SCALE = 0.001
    client = client_for(ProfileFactory().user)
    for who in (client, api):
        here = {"REMOTE_ADDR": next(ADDRESSES)}
        address = filled(path)
        answers = [who.generic(method.upper(), address, **here) for _ in range(3)]
        for answer in answers:
            assert answer["RateLimit-Limit"] == "1", (answer.status_code, answer.content)
        # Whoever has just signed out is counted as a stranger from then on: not the second request
        # but the third is refused.
        assert refused(answers[-1], limit=1)
        assert answers[0].status_code != 429


def test_strict_limits_stand_in_the_table():
    found = {name: _scopes(*operation) for name, operation in zip(NAMES, OPERATIONS, strict=True)}
    assert {name: scopes for name, scopes in found.items() if scopes} == STRICT


def _scopes(method, path):
    match = resolve(filled(path))
    view = match.func.cls(**match.func.initkwargs)
    view.action = getattr(match.func, "actions", {}).get(method)
    view.request = type("Request", (), {"method": method.upper()})
    return " ".join(one.scope if isinstance(one, Each) else one for one in scopes_of(view))


@pytest.mark.parametrize("scope", sorted({s for line in STRICT.values() for s in line.split()}))
def test_each_strict_limit_holds_by_itself(real_limits, settings, api, client_for, scope):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {scope: (1, 60)}
    operation = next(name for name, scopes in STRICT.items() if scope in scopes.split())
    method, path = operation.split(" ")
    client, address = client_for(ProfileFactory().user), filled(f"/api/v1{path}")
    who = client if not path.startswith("/auth") or "change" in path or "resend" in path else api
    assert who.generic(method, address).status_code != 429
    assert refused(who.generic(method, address), limit=1)
    # Of this one alone.
    assert client.get("/api/v1/me").status_code == 200


# --- Who is counted ------------------------------------------------------------------------------


def test_a_person_and_everybody_at_their_address_are_counted(real_limits, settings, client_for):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"write": (3, 60)}
    people = [client_for(UserFactory()) for _ in range(11)]
    post = "/api/v1/auth/logout-all"
    for person in people[:10]:
        answers = [person.patch("/api/v1/me/preferences", {}) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    # Ten times as many as one of them may.
    assert refused(people[10].post(post), limit=30)
    assert people[10].post(post, REMOTE_ADDR="192.0.2.9").status_code == 204
    [row] = LimitedCaller.objects.filter(kind="people")
    assert (row.caller, row.user) == ("127.0.0.1", None)


@pytest.mark.parametrize("proxies", [0, 1, 2])
def test_what_a_client_says_of_its_way_changes_nothing(real_limits, settings, api, proxies):
    settings.PROXY_COUNT = settings.REST_FRAMEWORK["NUM_PROXIES"] = proxies
    own = ["203.0.113.5", "10.0.0.1"][2 - proxies :] if proxies else []
    answers = []
    for number in range(11):
        way = ", ".join([f"192.0.2.{number}", "::1", *own])
        body = {"email": "rex@pupmatch.example", "password": "wrong-password"}
        answers.append(api.post("/api/v1/auth/token", body, HTTP_X_FORWARDED_FOR=way))
    assert [answer.status_code for answer in answers][-1] == 429
    assert len({limit.caller for limit in LimitedCaller.objects.all()}) == 1
    assert RequestCounter.objects.filter(key__startswith="sign_in:").count() == 1


def test_a_customers_many_networks_do_not_multiply(real_limits, settings, api):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"token_check": (2, 60)}

    def ask(network, host=1):
        address = f"2001:db8:5:{network:x}::{host:x}"
        return api.post("/api/v1/auth/email/verify", {"token": "x"}, REMOTE_ADDR=address)

    # One line is a /64, whatever follows in it.
    assert [ask(0, host).status_code for host in (1, 2, 3)] == [400, 400, 429]
    # A /48 holds 65,536 of them, and gets ten times as much as one.
    answers = [ask(network) for network in range(1, 40)]
    assert sum(answer.status_code == 400 for answer in answers) == 20 - 2
    assert refused(answers[-1], limit=20)
    elsewhere = api.post("/api/v1/auth/email/verify", {"token": "x"}, REMOTE_ADDR="2001:db8:6::1")
    assert elsewhere.status_code == 400


@pytest.mark.parametrize("header", ["", "Bearer nonsense", "Basic eDp5", "Bearer a.b.c"])
def test_without_a_good_token_the_address_is_counted(real_limits, settings, api, header):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"refused": (3, 60)}
    answers = [api.get("/api/v1/deck", HTTP_AUTHORIZATION=header) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
    assert refused(answers[-1], limit=3)
    assert api.get("/api/v1/deck", REMOTE_ADDR="192.0.2.3").status_code == 401


def test_whoever_is_barred_is_counted_too(real_limits, settings, client_for):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"read": (3, 60)}
    user = UserFactory()
    client = client_for(user)
    User.objects.filter(pk=user.pk).update(banned_at=timezone.now(), is_active=False)
    statuses = [client.get("/api/v1/me/preferences").status_code for _ in range(5)]
    assert statuses == [403, 403, 403, 429, 429]


# --- Nothing is done past a limit ----------------------------------------------------------------


def test_past_the_limit_no_password_is_hashed_and_no_image_read(
    real_limits, settings, api, client_for, monkeypatch
):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"sign_in": (1, 60), "upload": (1, 60)}
    client = client_for(ProfileFactory().user)
    body = {"email": "rex@pupmatch.example", "password": "wrong-password"}
    api.post("/api/v1/auth/token", body)
    client.post("/api/v1/me/photos", {"image": some_photo()}, format="multipart")

    def never(*args, **kwargs):
        raise AssertionError("this costs what the limit is there to save")

    monkeypatch.setattr("accounts.hashers.OwaspArgon2PasswordHasher.encode", never)
    monkeypatch.setattr("accounts.hashers.OwaspArgon2PasswordHasher.verify", never)
    monkeypatch.setattr("profiles.views.render", never)
    monkeypatch.setattr("rest_framework.request.Request._parse", never)
    assert refused(api.post("/api/v1/auth/token", body), limit=1)
    photo = {"image": some_photo()}
    assert refused(client.post("/api/v1/me/photos", photo, format="multipart"), limit=1)


def test_staff_are_limited_in_the_admin(real_limits, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"admin": (3, 60)}
    staff, stranger = StaffClient(), StaffClient(REMOTE_ADDR="192.0.2.7")
    staff.force_login(UserFactory(is_staff=True, is_superuser=True))
    for client, first in ((staff, 200), (stranger, 302)):
        answers = [client.get("/admin/") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [first] * 3 + [429]
        assert answers[-1]["Retry-After"]
        assert "Too many requests" in answers[-1].content.decode()


def test_the_page_that_ends_mail_is_limited(real_limits, settings, api):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"read": (2, 60)}
    answers = [api.get("/api/v1/notifications/unsubscribe?token=x") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [400, 400, 429]
    assert refused(answers[-1], limit=2)
