import pytest
from django.utils import timezone

from notifications.models import (
    Delivery,
    Device,
    Notification,
    NotificationPreferences,
    Outage,
    PushAttempt,
)
from notifications.tests.factories import device_of, friend_of, say
from profiles.models import Profile
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.tests.admin_pages import (
    PROBE,
    address,
    cannot_be_changed,
    filters_answer,
    list_costs_the_same,
    models_of,
    opens,
    superuser,
)

pytestmark = pytest.mark.django_db


def device():
    return device_of(ProfileFactory().user)


def notification():
    return Notification.objects.create(
        user=device().user, channel="push", from_position=1, to_position=2
    )


def delivery():
    told = notification()
    return Delivery.objects.create(
        notification=told, device=told.user.devices.get(), due_at=timezone.now(), from_position=1
    )


def attempt():
    told = notification()
    return PushAttempt.objects.create(
        notification=told, device=told.user.devices.get(), provider="expo", step="send",
        verdict="retry", duration_ms=5,
    )  # fmt: skip


MAKERS = {
    Device: device,
    NotificationPreferences: lambda: NotificationPreferences.objects.get(user=device().user),
    Notification: notification,
    Delivery: delivery,
    PushAttempt: attempt,
    Outage: lambda: Outage.objects.update_or_create(
        provider="expo", defaults={"until": timezone.now()}
    )[0],
}
each_model = pytest.mark.parametrize("model", MAKERS)


def test_no_model_is_forgotten():
    assert models_of("notifications") == set(MAKERS)


@each_model
def test_every_page_opens(model):
    opens(superuser(), MAKERS[model]())


@each_model
def test_every_filter_answers(model):
    MAKERS[model]()
    filters_answer(superuser(), model)


@each_model
def test_a_list_costs_the_same_for_one_row_and_for_twenty(model):
    list_costs_the_same(superuser(), MAKERS[model])


@each_model
def test_nobody_changes_what_the_product_writes(model):
    cannot_be_changed(superuser(), MAKERS[model]())


@pytest.fixture
def told(me, phone, provider, after_the_burst):
    """I was told of a message."""
    friend = friend_of(me)
    after_the_burst()
    say(friend, "my secret")
    provider.ticket_errors[phone.token] = "MessageRateExceeded"
    after_the_burst()
    return Notification.objects.latest("pk")


def test_staff_see_every_attempt_but_no_text_and_no_token(told, phone):
    client = superuser()
    page = client.get(address(told, "change")).content.decode()
    assert "to be tried again" in page
    assert "MessageRateExceeded" in page
    attempt = PushAttempt.objects.latest("pk")
    rows = (told, attempt, phone, Delivery.objects.latest("pk"))
    paths = [address(row, "change") for row in rows]
    paths += [address(type(row), "changelist") for row in rows]
    for path in paths:
        page = client.get(path).content.decode()
        assert "secret" not in page, path
        assert phone.token[20:45] not in page, path


def test_from_an_account_to_its_devices_and_notifications(told, me):
    client = superuser()
    lists = client.get(address(me.user, "change")).context["related_lists"]
    counts = {item.title: item.number for item in lists}
    assert (counts["Device"], counts["Notifications"]) == ("1", "2")
    lists = client.get(address(told, "change")).context["related_lists"]
    assert {"Delivery", "Push attempt"} <= {item.title for item in lists}


@pytest.mark.parametrize("model", [m for m in MAKERS if m is not Outage])
def test_whose_they_are_is_found_by_the_address(model):
    row = MAKERS[model]()
    MAKERS[model]()
    owner = row.notification.user if hasattr(row, "notification") else row.user
    page = superuser().get(address(model, "changelist"), {"q": owner.email.upper()})
    assert [found.pk for found in page.context["cl"].result_list] == [row.pk]


@pytest.mark.parametrize(
    ("model", "words"), [(Delivery, "on its way to one device"), (Outage, "asked for a pause")]
)
def test_the_lists_and_pages_say_what_a_row_is(model, words):
    client, row = superuser(), MAKERS[model]()
    for path in (address(model, "changelist"), address(row, "change")):
        assert words in client.get(path).content.decode(), path


def test_words_of_a_provider_are_text(told):
    PushAttempt.objects.update(detail=PROBE)
    Profile.objects.update(name=PROBE)
    client = superuser()
    for path in (address(told, "change"), address(PushAttempt, "changelist")):
        assert PROBE not in client.get(path).content.decode(), path
