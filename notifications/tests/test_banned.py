"""Devices that are not to come back."""

from uuid import uuid4

import pytest

from accounts.tests.factories import UserFactory
from notifications.models import Device
from notifications.tests.test_api import DEVICES, phone
from screening import bans
from screening.models import BannedMark, Finding

pytestmark = pytest.mark.django_db


def test_a_banned_device_is_refused_and_told_to_staff(client_for):
    user, device_id, decision_id = UserFactory(), uuid4(), uuid4()
    client = client_for(user)
    bans.mark(kind=BannedMark.Kind.DEVICE, value=device_id, decision_id=decision_id)
    for _ in "ab":
        answer = client.put(f"{DEVICES}/{device_id}", phone())
        assert (answer.status_code, answer.json()["code"]) == (403, "device_refused")
    assert not Device.objects.exists()
    finding = Finding.objects.get()
    assert (finding.user, finding.kind, finding.subject_id) == (user, "banned_device", user.pk)
    assert client.put(f"{DEVICES}/{uuid4()}", phone()).status_code == 201
    bans.unmark(decision_id=decision_id)
    assert client.put(f"{DEVICES}/{device_id}", phone()).status_code == 201
