import json

import pytest
from django.core.exceptions import ValidationError

from notifications import tokens
from notifications.tests.provider import subscription

HOST = "https://fcm.googleapis.com"


@pytest.fixture(autouse=True)
def known_hosts(settings):
    settings.WEBPUSH_HOSTS = [
        "fcm.googleapis.com", "*.notify.windows.com", "http://127.0.0.1:9000",
    ]  # fmt: skip


def changed(**changes):
    found = json.loads(subscription(HOST, "chrome"))
    keys = {**found["keys"], **changes.pop("keys", {})}
    return json.dumps({**found, "keys": keys, **changes})


def test_an_expo_token():
    token = "ExponentPushToken[xxxxxxxxxxxxxxxxxxxxxx]"
    assert tokens.checked_expo_token(token) == token


@pytest.mark.parametrize(
    "token",
    [
        "", "ExponentPushToken", "ExponentPushToken[]", "ExponentPushToken[a b c d e f]",
        "ExpoPushToken[xxxxxxxxxxxxxxxxxxxxxx]", "ExponentPushToken[xxxxxxxxxxxxxxx]\n",
        "ExponentPushToken[xxxxxxxxxxx],ExponentPushToken[yyyyyyyyyyyy]",
        f"ExponentPushToken[{'x' * 300}]", "ExponentPushToken[äöüäöüäöü]",
    ],
)  # fmt: skip
def test_what_is_no_expo_token(token):
    with pytest.raises(ValidationError):
        tokens.checked_expo_token(token)


def test_a_subscription_is_kept_without_what_is_not_needed():
    found = json.loads(tokens.checked_subscription(changed(expirationTime=5, more="x")))
    assert found.keys() == {"endpoint", "keys"}
    assert found["endpoint"] == f"{HOST}/webpush/chrome"
    assert found["keys"].keys() == {"p256dh", "auth"}


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/webpush/x", "https://fcm.googleapis.com.evil.example/x",
        "https://evil.example/fcm.googleapis.com", "https://fcm.googleapis.com@evil.example/x",
        "https://fcm.googleapis.com:444/x", "https://fcm.googleapis.com\\@evil.example/x",
        "https://169.254.169.254/latest/meta-data", "https://localhost/x", "http://127.0.0.1:9001/x",
        "https://notify.windows.com/x", "https://evilnotify.windows.com/x", "file:///etc/passwd",
        "https://fcm.googleapis.com", "https://FCM.googleapis.com/x", "//fcm.googleapis.com/x",
        "https://fcm.googleapis.com/x y", "https://fcm.googleapis.com/x\r\nHost: evil.example",
        "https://fcm.googleapis.com/" + "x" * 2001, "https://a.notify.windows.com.evil.example/x",
    ],
)  # fmt: skip
def test_the_server_is_led_to_known_push_services_only(endpoint):
    with pytest.raises(ValidationError) as refusal:
        tokens.checked_subscription(changed(endpoint=endpoint))
    assert refusal.value.code == "unknown_push_service"


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/dQw4:APA91b_-x", "http://127.0.0.1:9000/webpush/x",
        "https://am3p.notify.windows.com/w/?token=BQYAAA%2b%3d%3d",
    ],
)  # fmt: skip
def test_endpoints_as_browsers_have_them(endpoint):
    assert tokens.endpoint_of(tokens.checked_subscription(changed(endpoint=endpoint))) == endpoint


@pytest.mark.parametrize(
    "token",
    [
        "", "x", "[]", "null", "{}", "1", '{"endpoint": 1, "keys": 2}', "[" * 3000,
        '{"endpoint": "https://fcm.googleapis.com/x"}',
        changed(endpoint=["https://fcm.googleapis.com/x"]),
        changed(keys={"auth": "c2hvcnQ"}), changed(keys={"auth": 5}), changed(keys={"auth": "ä" * 22}),
        changed(keys={"p256dh": "BA"}), changed(keys={"p256dh": ""}), changed(keys={"p256dh": None}),
        changed(keys={"p256dh": "B" + "A" * 86}),  # 65 bytes, but no point of the curve
        changed(keys={"auth": "////////////////////!!"}),
    ],
)  # fmt: skip
def test_what_is_no_subscription(token):
    with pytest.raises(ValidationError) as refusal:
        tokens.checked_subscription(token)
    assert refusal.value.code == "invalid_token"


def test_browsers_are_told_apart_by_their_endpoint():
    one = tokens.checked_subscription(subscription(HOST, "one"))
    other = tokens.checked_subscription(subscription(HOST, "other"))
    same = json.loads(other) | {"endpoint": tokens.endpoint_of(one)}
    assert tokens.digest("webpush", one) == tokens.digest("webpush", json.dumps(same))
    assert tokens.digest("webpush", one) != tokens.digest("webpush", other)


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ('"ExponentPushToken[abcdef]" is not registered', '"ExponentPushToken[…]" is not registered'),
        ("gone: https://fcm.googleapis.com/fcm/send/secret?x=1 bye", "gone: fcm.googleapis.com bye"),
        ("ExponentPushToken[cut off", "ExponentPushToken[…]"),
        ("http://[broken", "…"),
        ("plain", "plain"),
    ],
)  # fmt: skip
def test_words_of_a_provider_are_kept_without_tokens(words, kept):
    assert tokens.without_tokens(words) == kept
