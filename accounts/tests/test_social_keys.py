"""The keys of a provider: rotated, slow, broken, huge. Whatever happens, there is an answer soon."""

import time

import pytest

from accounts.models import AuthenticationAttempt, User
from accounts.social import keys
from accounts.tests.openid_provider import OpenIdProvider, private_key, public_jwk
from accounts.tests.social import GOOGLE, codes, enter, shown

pytestmark = pytest.mark.django_db

NEW = private_key("RS256", 1)


def is_unavailable(answer):
    assert (answer.status_code, answer.json()["code"]) == (503, "provider_unavailable")
    assert int(answer["Retry-After"]) >= 1
    assert not User.objects.exists()
    # Nobody knows whether it was right, so it is no attempt.
    assert not AuthenticationAttempt.objects.exists()


@pytest.fixture
def api(api):
    """One that shows the answer of 503, and not why."""
    api.raise_request_exception = False
    return api


@pytest.fixture
def hasty(monkeypatch):
    monkeypatch.setattr(keys, "PATIENCE", 0.3)


@pytest.fixture
def known(provider):
    """What this process keeps of the provider's keys."""
    return keys.keys_at(provider.url)


def test_keys_are_fetched_once(api, at_google, provider):
    for _ in range(3):
        assert enter(api, at_google()).status_code in {200, 201}
    assert provider.asked == ["/keys"]


def test_a_new_key_is_found_and_an_old_one_forgotten(api, at_google, provider, known):
    enter(api, at_google())
    provider.jwks = [public_jwk("two", "RS256", 1)]
    known.fetched_at -= keys.UNKNOWN_AFTER
    assert enter(api, at_google(), kid="two", key=NEW).status_code == 200
    assert codes(enter(api, at_google(), kid="one")) == {("/id_token", "invalid_token")}
    assert len(provider.asked) == 2


def test_strangers_do_not_make_us_ask_all_the_time(api, at_google, provider, known):
    enter(api, at_google())
    for number in range(5):
        assert enter(api, at_google(), kid=f"none {number}").status_code == 400
    assert len(provider.asked) == 1
    known.fetched_at -= keys.UNKNOWN_AFTER
    for number in range(5):
        assert enter(api, at_google(), kid=f"none {number}").status_code == 400
    assert len(provider.asked) == 2


def test_a_key_that_was_withdrawn_is_forgotten_within_the_hour(api, at_google, provider, known):
    enter(api, at_google())
    provider.jwks = [public_jwk("two", "RS256", 1)]
    known.fetched_at -= keys.FRESH
    assert enter(api, at_google()).status_code == 400


def test_known_keys_outlive_an_outage_for_a_day(api, at_google, provider, known):
    enter(api, at_google())
    provider.answer(OpenIdProvider.fails)
    known.fetched_at -= keys.FRESH
    assert enter(api, at_google()).status_code == 200
    known.fetched_at -= keys.KEPT
    answer = enter(api, at_google())
    assert (answer.status_code, answer.json()["code"]) == (503, "provider_unavailable")


@pytest.mark.parametrize(
    "how",
    [
        OpenIdProvider.fails,
        OpenIdProvider.hangs_up,
        OpenIdProvider.floods,
        OpenIdProvider.says(b""),
        OpenIdProvider.says(b"<html>"),
        OpenIdProvider.says(b"[" * 60_000),
        OpenIdProvider.says(b"[]"),
        OpenIdProvider.says(b'{"keys": {}}'),
        OpenIdProvider.says(b'{"keys": []}'),
        OpenIdProvider.says(b'{"keys": [7]}'),
        OpenIdProvider.says(b'{"keys": [{"kty": "RSA", "kid": "one", "n": 7, "e": []}]}'),
        OpenIdProvider.says(b'{"keys": [{"kty": "oct", "kid": "one", "k": "AAAA"}]}'),
    ],
)
def test_what_is_no_set_of_keys_is_a_provider_that_is_down(api, at_google, provider, how):
    provider.answer(how)
    is_unavailable(enter(api, at_google()))


def test_no_redirect_is_followed(api, at_google, provider):
    provider.answer(OpenIdProvider.redirects)
    is_unavailable(enter(api, at_google()))
    assert provider.asked == ["/keys"]


def test_nobody_listens(api, at_google, settings):
    settings.SOCIALACCOUNT_PROVIDERS["google"]["KEYS_URL"] = "http://127.0.0.1:9/keys"
    is_unavailable(enter(api, at_google()))


@pytest.mark.parametrize(
    "how", [OpenIdProvider.sleeps, OpenIdProvider.drips, OpenIdProvider.drips_headers]
)
def test_one_that_is_slow_is_not_waited_for(api, at_google, provider, how, hasty):
    provider.answer(how)
    begin = time.monotonic()
    is_unavailable(enter(api, at_google()))
    assert time.monotonic() - begin < 3
    # For a while it is not asked again, so that it does not keep every thread waiting.
    is_unavailable(enter(api, at_google()))
    assert len(provider.asked) == 1


def test_it_is_asked_again_after_a_rest(api, at_google, provider, known, hasty):
    provider.answer(OpenIdProvider.drips_headers)
    is_unavailable(enter(api, at_google()))
    provider.answer(OpenIdProvider.keys)
    known.failed_at -= keys.REST
    known.asked_at -= keys.PATIENCE
    assert enter(api, at_google()).status_code == 201


def test_within_three_seconds_there_is_an_answer(api, at_google, provider):
    body = shown(api, at_google())
    provider.answer(OpenIdProvider.sleeps)
    begin = time.monotonic()
    is_unavailable(api.post(GOOGLE, body))
    # The half second is for a busy machine.
    assert keys.PATIENCE <= time.monotonic() - begin < 3.5
    # The token was not used up: it is good as soon as the provider answers.
    provider.answer(OpenIdProvider.keys)
    keys.keys_at.cache_clear()
    assert api.post(GOOGLE, body).status_code == 201
