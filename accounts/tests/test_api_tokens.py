"""Which tokens open anything, and for how long."""

import pytest
import time_machine
from django.utils import timezone
from pythonjsonlogger.json import JsonFormatter
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.tests.factories import UserFactory
from accounts.tests.sign_ins import bearer

pytestmark = pytest.mark.django_db

REFRESH, ME = "/api/v1/auth/token/refresh", "/api/v1/me"


@pytest.mark.requirement("R1.5", "R1.6", "R12.1")
@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda token: None, "not_authenticated"),
        (lambda token: "", "token_invalid"),
        (lambda token: "nonsense", "token_invalid"),
        (lambda token: token[:-2], "token_invalid"),
        (lambda token: ".".join([*token.split(".")[:2], ""]), "token_invalid"),
        (lambda token: token + " more", "token_invalid"),
    ],
)
def test_what_is_no_token_is_not_signed_in(client_for, api, make, code):
    token = make(client_for(UserFactory()).tokens.access)
    if token is not None:
        bearer(api, token)
    answer = api.get(ME)
    assert (answer.status_code, answer.data["code"]) == (401, code)
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.requirement("R1.6")
def test_an_expired_token_is_refused(client_for):
    with time_machine.travel(timezone.now()) as clock:
        client = client_for(UserFactory())
        clock.shift(899)
        assert client.get(ME).status_code == 200
        clock.shift(1)
        answer = client.get(ME)
    assert (answer.status_code, answer.data["code"]) == (401, "token_expired")


@pytest.mark.requirement("R1.5")
def test_each_kind_of_token_is_good_for_its_own_purpose_only(client_for, api):
    pair = client_for(UserFactory()).tokens
    assert bearer(api, pair.refresh).get(ME).status_code == 401
    api.credentials()
    answer = api.post(REFRESH, {"refresh": pair.access})
    assert (answer.status_code, answer.data["code"]) == (401, "refresh_refused")


@pytest.mark.requirement("R1.5")
@pytest.mark.parametrize("kind", [AccessToken, RefreshToken])
def test_a_token_of_no_sign_in_is_refused(api, kind):
    stray = kind.for_user(UserFactory())
    assert bearer(api, stray).get(ME).status_code == 401
    api.credentials()
    assert api.post(REFRESH, {"refresh": str(stray)}).status_code == 401


@pytest.mark.requirement("R1.5", "R12.1")
@pytest.mark.parametrize(
    "name", ["token", "access", "access_token", "jwt", "authorization", "ticket"]
)
def test_a_token_is_taken_from_its_header_alone_and_is_in_no_log(
    client_for, api, caplog, settings, name
):
    caplog.set_level("DEBUG")
    user = UserFactory()
    pair = client_for(user).tokens
    assert api.get(ME, {name: pair.access}).status_code == 401
    assert api.get(f"{ME}?{name}=Bearer%20{pair.access}").status_code == 401
    api.cookies[name] = pair.access
    assert api.get(ME).status_code == 401
    api.cookies.clear()
    assert api.get(ME, headers={f"X-{name}": pair.access}).status_code == 401
    assert api.post(f"{REFRESH}?refresh={pair.refresh}").status_code == 400
    for scheme in ("Token", "JWT", "Basic", ""):
        answer = api.get(ME, HTTP_AUTHORIZATION=f"{scheme} {pair.access}".strip())
        assert answer.status_code == 401
    json_lines = settings.LOGGING["formatters"]["json"]
    formatter = JsonFormatter(json_lines["format"], reserved_attrs=json_lines["reserved_attrs"])
    said = caplog.text + "".join(formatter.format(record) for record in caplog.records)
    assert "Unauthorized: /api/v1/me" in said
    assert not [token for token in (pair.access, pair.refresh) if token in said]
