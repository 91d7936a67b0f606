"""Bans reach into every room: the telephone that pushes went to does not come back either."""

import pytest

from moderation.tests.desk import decided, dog, undone
from notifications.tests.factories import device_of
from screening import bans

pytestmark = pytest.mark.django_db


def test_a_ban_marks_telephones_that_never_told_their_id_when_they_signed_in(client_for):
    me = dog()
    device = device_of(me.user)
    ban = decided(me, "ban")
    assert bans.is_banned_device(device.installation_id)
    undone(ban)
    assert not bans.is_banned_device(device.installation_id)


def test_what_came_meanwhile_is_in_the_stream_once_a_suspension_is_undone(client_for):
    me = dog()
    decision = decided(me, "suspend")
    assert client_for(me.user).get("/api/v1/events").status_code == 403
    undone(decision)
    kinds = [event["type"] for event in client_for(me.user).get("/api/v1/events").json()["events"]]
    assert [kind for kind in kinds if kind.startswith("decision.")] == [
        "decision.created", "decision.updated",
    ]  # fmt: skip


def test_a_reporter_sees_how_it_ended_and_never_what_was_decided(client_for):
    me, reporter = dog(), dog()
    client = client_for(reporter.user)
    body = {"subject_type": "profile", "subject_id": str(me.pk), "reason": "scam"}
    report = client.post("/api/v1/reports", body).json()
    ban = decided(me, "ban", case=me.user.cases.get())
    (event,) = [e for e in client.get("/api/v1/events").json()["events"] if "report" in e["type"]]
    assert event["data"] == {**report, "outcome": "acted"}
    assert "ban" not in str(event["data"]).replace(str(me.pk), "")
    undone(ban)
    assert client.get("/api/v1/reports").json()["results"][0]["outcome"] == "dismissed"
