"""What is noticed by itself, from the request to the case that staff see."""

from uuid import uuid4

import pytest

from accounts import standing
from accounts.tests.factories import PASSWORD
from events.models import Event
from matching.tests.factories import matched
from moderation.models import Case
from profiles.tests.factories import ProfileFactory
from screening import bans
from screening.models import BannedMark, Finding
from screening.openers import MOST_ALIKE

pytestmark = pytest.mark.django_db

NUMBER = "Call me on 206-555-0143 when you have read this, and we shall meet at the park!"


def send(client, url, body=NUMBER):
    answer = client.post(f"{url}/messages", {"client_id": uuid4(), "body": body})
    assert answer.status_code == 201, answer.json()
    return answer.json()


def test_contact_details_in_an_opener_come_into_a_case(mine, theirs, url, me, run_jobs):
    assert send(mine, url)["body"] == NUMBER
    run_jobs()
    case = Case.objects.get()
    assert (case.about, case.finding_count, case.report_count) == (me.user, 1, 0)
    assert Finding.objects.get().gathered_at
    send(theirs, url)
    send(mine, url)
    run_jobs()
    assert Case.objects.get().finding_count == 1


def test_a_held_opener_is_shown_to_nobody(mine, theirs, url, settings, run_jobs):
    settings.SCREENING = {**settings.SCREENING, ("opener", "contact"): "hold"}
    message = send(mine, url)
    assert message["body"] is None
    assert message["held_at"]
    for client in (mine, theirs):
        assert client.get(f"{url}/messages").json()["results"] == [message]
        assert client.get(url).json()["last_message"] == message
        assert client.get("/api/v1/messages/search", {"q": "call"}).json()["results"] == []
        events = client.get("/api/v1/events", {"after": 0}).content.decode()
        assert "206-555" not in events
    assert "206-555" not in str(list(Event.objects.values_list("data", flat=True)))
    run_jobs()
    assert Case.objects.get().finding_count == 1


def test_the_same_to_many_is_one_finding(mine, me, run_jobs):
    for _ in range(MOST_ALIKE + 3):
        match = matched(me)
        send(mine, f"/api/v1/conversations/{match.conversation_id}", NUMBER[27:])
    run_jobs()
    assert [finding.kind for finding in Finding.objects.all()] == ["similar_openers"]
    assert Case.objects.get().about == me.user


def test_who_was_banned_comes_back_neither_by_address_nor_by_device(api):
    person, decision_id, device = ProfileFactory().user, uuid4(), uuid4()
    for kind, value in ((BannedMark.Kind.ADDRESS, person.email), (BannedMark.Kind.DEVICE, device)):
        bans.mark(kind=kind, value=value, decision_id=decision_id)
    standing.ban(user=person)
    known = {"email": person.email, "password": PASSWORD}
    assert api.post("/api/v1/auth/register", known).status_code == 409
    person.delete()
    assert api.post("/api/v1/auth/register", known).status_code == 403
    new = {"email": "new@pupmatch.example", "password": PASSWORD, "device_id": str(device)}
    assert api.post("/api/v1/auth/register", new).status_code == 403
    bans.unmark(decision_id=decision_id)
    for fields in (known, new):
        assert api.post("/api/v1/auth/register", fields).status_code == 201
