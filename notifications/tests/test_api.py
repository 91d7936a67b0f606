from uuid import uuid4

import pytest
from py_vapid import Vapid

from accounts.tests.factories import UserFactory
from notifications.models import Device, NotificationPreferences
from notifications.tests.conftest import VAPID_PRIVATE_KEY
from notifications.tests.factories import expo_token, friend_of, say
from notifications.tests.provider import subscription

pytestmark = pytest.mark.django_db

DEVICES = "/api/v1/me/devices"
PREFERENCES = "/api/v1/me/notification-preferences"


def phone(**changes):
    fields = {
        "provider": "expo", "token": expo_token(), "platform": "ios",
        "time_zone": "Europe/Vienna", "locale": "de-AT",
    }  # fmt: skip
    return {**fields, **changes}


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def mine(client_for, user):
    return client_for(user)


# --- Devices ----------------------------------------------------------------------------------------


@pytest.mark.requirement("R11.2")
def test_a_registered_phone_is_pushed_to(client, me, provider, after_the_burst):
    url = f"{DEVICES}/{uuid4()}"
    friend = friend_of(me)
    body = phone()
    first, again = client.put(url, body), client.put(url, body)
    assert (first.status_code, again.status_code) == (201, 200)
    say(friend)
    after_the_burst()
    assert [row["token"] for row in provider.received] == [body["token"]]
    client.delete(url)
    say(friend)
    after_the_burst()
    assert len(provider.received) == 1


def test_a_device_and_the_list_of_them(mine, user):
    device_id, body = uuid4(), phone()
    answer = mine.put(f"{DEVICES}/{device_id}", body)
    device = answer.json()
    assert device == {
        "id": str(device_id), "provider": "expo", "platform": "ios", "time_zone": "Europe/Vienna",
        "locale": "de-AT", "token_ending": body["token"][-5:-1], "is_current": True,
        "created_at": device["created_at"], "registered_at": device["registered_at"],
    }  # fmt: skip
    page = mine.get(DEVICES)
    assert page.json() == {"next": None, "previous": None, "results": [device]}
    assert body["token"] not in page.content.decode() + answer.content.decode()
    assert mine.delete(f"{DEVICES}/{device_id}").status_code == 204
    assert mine.delete(f"{DEVICES}/{device_id}").status_code == 404
    assert mine.get(DEVICES).json()["results"] == []


def test_a_browser(mine, provider):
    public_key = mine.get("/api/v1/me/web-push-key").json()["public_key"]
    assert Vapid.from_raw_public(public_key.encode()).public_key == (
        Vapid.from_string(VAPID_PRIVATE_KEY).public_key
    )
    token = subscription(provider.url, "firefox")
    answer = mine.put(
        f"{DEVICES}/{uuid4()}", phone(provider="webpush", token=token, platform="web")
    )
    assert answer.status_code == 201
    assert "webpush/firefox" not in answer.content.decode()


def test_no_browsers_without_a_key(mine, provider, settings):
    settings.VAPID_PRIVATE_KEY = ""
    token = subscription(provider.url, "firefox")
    for answer in (
        mine.get("/api/v1/me/web-push-key"),
        mine.put(f"{DEVICES}/{uuid4()}", phone(provider="webpush", token=token, platform="web")),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "web_push_unavailable")


def test_other_peoples_devices_are_not_there(mine, client_for):
    theirs = client_for(UserFactory())
    device_id = uuid4()
    theirs.put(f"{DEVICES}/{device_id}", phone())
    assert mine.get(DEVICES).json()["results"] == []
    assert mine.delete(f"{DEVICES}/{device_id}").status_code == 404
    assert mine.put(f"{DEVICES}/{device_id}", phone()).status_code == 201
    assert Device.objects.count() == 2


def test_signing_out_ends_the_pushes(mine, user, client_for):
    other = client_for(user)
    mine.put(f"{DEVICES}/{uuid4()}", phone())
    assert [row["is_current"] for row in other.get(DEVICES).json()["results"]] == [False]
    mine.post("/api/v1/auth/logout")
    assert other.get(DEVICES).json()["results"] == []


def test_the_twenty_first_device(mine):
    for _ in range(20):
        assert mine.put(f"{DEVICES}/{uuid4()}", phone()).status_code == 201
    answer = mine.put(f"{DEVICES}/{uuid4()}", phone())
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_devices")


@pytest.mark.requirement("R12.5")
@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"provider": "fcm"}, "/provider"),
        ({"token": "abc"}, "/token"),
        ({"token": ""}, "/token"),
        ({"token": None}, "/token"),
        ({"token": ["ExponentPushToken[xxxxxxxxxxxxxxx]"]}, "/token"),
        ({"token": "x" * 5000}, "/token"),
        ({"provider": "webpush"}, "/token"),
        ({"provider": "webpush", "token": subscription("http://127.0.0.1:1", "x")}, "/token"),
        ({"provider": "webpush", "token": subscription("https://10.0.0.1", "x")}, "/token"),
        ({"platform": "symbian"}, "/platform"),
        ({"time_zone": "Mars/Olympus"}, "/time_zone"),
        ({"time_zone": "../../etc/passwd"}, "/time_zone"),
        ({"time_zone": "europe/vienna"}, "/time_zone"),
        ({"time_zone": "localtime"}, "/time_zone"),
        ({"time_zone": "+02:00"}, "/time_zone"),
        ({"locale": "x"}, "/locale"),
        ({"locale": "de AT"}, "/locale"),
        ({"locale": "de" + "-abcdefgh" * 4}, "/locale"),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(mine, provider, changes, pointer):
    answer = mine.put(f"{DEVICES}/{uuid4()}", phone(**changes))
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert not Device.objects.exists()


@pytest.mark.parametrize(
    "locale", ["en", "de-AT", "en_US", "zh-Hant-TW", "sr_Latn_RS@currency=EUR"]
)
def test_locales_as_devices_have_them(mine, locale):
    assert mine.put(f"{DEVICES}/{uuid4()}", phone(locale=locale)).status_code == 201


# --- Preferences ------------------------------------------------------------------------------------

DEFAULTS = {
    "kinds": {
        kind: {"push": True, "email": False} for kind in ("new_match", "new_message", "new_like")
    },
    "previews": True,
    "quiet_hours": None,
    "time_zone": "UTC",
}


@pytest.mark.requirement("R11.4")
def test_what_is_told_by_default_and_what_is_chosen(mine):
    assert mine.get(PREFERENCES).json() == DEFAULTS
    mine.put(f"{DEVICES}/{uuid4()}", phone())
    assert mine.get(PREFERENCES).json() == {**DEFAULTS, "time_zone": "Europe/Vienna"}
    chosen = {
        "kinds": {"new_like": {"push": False}, "new_match": {"email": True}},
        "previews": False,
        "quiet_hours": {"start": "22:00", "end": "07:30"},
        "time_zone": "America/New_York",
    }
    answer = mine.patch(PREFERENCES, chosen)
    assert answer.status_code == 200
    assert answer.json() == mine.get(PREFERENCES).json()
    assert answer.json() == {
        "kinds": {
            "new_match": {"push": True, "email": True},
            "new_message": {"push": True, "email": False},
            "new_like": {"push": False, "email": False},
        },
        "previews": False,
        "quiet_hours": {"start": "22:00", "end": "07:30"},
        "time_zone": "America/New_York",
    }
    answer = mine.patch(PREFERENCES, {"quiet_hours": None, "time_zone": None})
    assert (answer.json()["quiet_hours"], answer.json()["time_zone"]) == (None, "Europe/Vienna")
    assert answer.json()["previews"] is False


@pytest.mark.requirement("R11.5")
def test_what_was_switched_off_is_not_pushed(client, me, provider, after_the_burst):
    client.put(f"{DEVICES}/{uuid4()}", phone())
    friend = friend_of(me)
    after_the_burst()
    client.patch(PREFERENCES, {"kinds": {"new_message": {"push": False}}})
    say(friend)
    after_the_burst()
    assert [row["data"]["kind"] for row in provider.received] == ["new_match"]


@pytest.mark.requirement("R12.5")
@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kinds": {"new_job": {"push": True}}}, "/kinds/new_job"),
        ({"kinds": {"new_like": {"sms": True}}}, "/kinds/new_like/sms"),
        ({"kinds": {"new_like": {"push": "false"}}}, "/kinds/new_like/push"),
        ({"kinds": {"new_like": {"push": 0}}}, "/kinds/new_like/push"),
        ({"kinds": {"new_like": {"push": None}}}, "/kinds/new_like/push"),
        ({"kinds": {"new_like": False}}, "/kinds/new_like"),
        ({"kinds": ["new_like"]}, "/kinds"),
        ({"kinds": None}, "/kinds"),
        ({"previews": "yes"}, "/previews"),
        ({"quiet_hours": {"start": "22:00"}}, "/quiet_hours/end"),
        ({"quiet_hours": {"start": "22:00", "end": "22:00"}}, "/quiet_hours"),
        ({"quiet_hours": {"start": "24:00", "end": "07:00"}}, "/quiet_hours/start"),
        ({"quiet_hours": {"start": "7:00", "end": "09:00"}}, "/quiet_hours/start"),
        ({"quiet_hours": {"start": "22:00:30", "end": "09:00"}}, "/quiet_hours/start"),
        ({"quiet_hours": {"start": "٢٢:٠٠", "end": "09:00"}}, "/quiet_hours/start"),
        ({"quiet_hours": {"start": 22, "end": "09:00"}}, "/quiet_hours/start"),
        ({"quiet_hours": {"start": "22:00", "end": "09:00", "days": 7}}, "/quiet_hours/days"),
        ({"quiet_hours": "22:00-07:00"}, "/quiet_hours"),
        ({"time_zone": "CEST"}, "/time_zone"),
        ({"time_zone": ""}, "/time_zone"),
        ({"quietHours": None}, "/quietHours"),
        ([], ""),
    ],
)
def test_nonsense_changes_no_preference(mine, body, pointer):
    answer = mine.patch(PREFERENCES, body)
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert not NotificationPreferences.objects.exists()


def test_an_empty_change_changes_nothing(mine):
    assert mine.patch(PREFERENCES, {}).json() == DEFAULTS


def test_lists_cost_the_same_for_one_device_and_for_ten(mine, user, django_assert_num_queries):
    mine.put(f"{DEVICES}/{uuid4()}", phone())
    with django_assert_num_queries(2):
        mine.get(DEVICES)
    for _ in range(9):
        mine.put(f"{DEVICES}/{uuid4()}", phone())
    with django_assert_num_queries(2):
        assert len(mine.get(DEVICES).json()["results"]) == 10
