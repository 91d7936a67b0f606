from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Block
from matching.tests.factories import matched
from messaging.tests.factories import say, sides_of
from moderation.models import Case, Report
from playgrounds.tests.factories import PlaygroundFactory, ReviewFactory
from profiles.models import Profile
from profiles.tests.factories import ProfileFactory, PromptFactory

pytestmark = pytest.mark.django_db

REPORTS = "/api/v1/reports"


@pytest.fixture
def me():
    return ProfileFactory()


@pytest.fixture
def client(client_for, me):
    return client_for(me.user)


def report(client, kind, row, **fields):
    body = {"subject_type": kind, "subject_id": str(row.pk), "reason": "spam", **fields}
    return client.post(REPORTS, body)


def test_everything_that_can_be_seen_can_be_reported(client, me):
    match = matched(me)
    other = match.other(me)
    side = next(side for side in sides_of(match.conversation) if side.profile == other)
    for kind, row in (
        ("profile", other),
        ("photo", other.photos.first()),
        ("prompt", PromptFactory(profile=other)),
        ("message", say(side)),
        ("playground", PlaygroundFactory()),
        ("review", ReviewFactory(user=other.user)),
    ):
        answer = report(client, kind, row, text="Look at this.")
        assert answer.status_code == 201, kind
        made = Report.objects.get(pk=answer.data["id"])
        assert answer.data == {
            "id": str(made.pk),
            "subject_type": kind,
            "subject_id": str(row.pk),
            "reason": "spam",
            "outcome": "waiting",
            "created_at": made.created_at.isoformat().replace("+00:00", "Z"),
        }
    assert Case.objects.count() == 2


def test_a_repeated_report_is_the_first_one(client):
    other = ProfileFactory()
    first = report(client, "profile", other)
    again = report(client, "profile", other, reason="scam")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.data == first.data


def test_reporting_can_block(client, me):
    match = matched(me)
    other = match.other(me)
    assert report(client, "profile", other, block=True).status_code == 201
    assert Block.objects.get().blocked == other.user
    assert client.get(f"/api/v1/profiles/{other.pk}").status_code == 404
    assert client.get("/api/v1/events").json()["events"][-1]["type"] == "conversation.deleted"


def test_what_cannot_be_seen_is_not_there(client):
    for row in (ProfileFactory(photos=0), Profile(pk=uuid4())):
        answer = report(client, "profile", row)
        assert (answer.status_code, answer.data["code"]) == (404, "not_found")
    assert not Case.objects.exists()


def test_nobody_reports_themselves(client, me):
    answer = report(client, "profile", me)
    assert (answer.status_code, answer.data["code"]) == (400, "oneself")


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"reason": "boredom"}, "/reason"),
        ({"subject_type": "user"}, "/subject_type"),
        ({"subject_id": "1"}, "/subject_id"),
        ({"text": "x" * 2001}, "/text"),
        ({"block": "perhaps"}, "/block"),
    ],
)
def test_a_report_that_says_nothing_sensible(client, fields, pointer):
    answer = report(client, "profile", ProfileFactory(), **fields)
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.data["errors"]] == [pointer]


def test_one_sees_ones_own_reports_newest_first(client, client_for):
    others = [ProfileFactory() for _ in range(3)]
    for other in others:
        report(client, "profile", other)
    report(client_for(ProfileFactory().user), "profile", others[0])
    page = client.get(REPORTS, {"limit": 2}).json()
    assert [row["subject_id"] for row in page["results"]] == [str(o.pk) for o in others[:0:-1]]
    rest = client.get(page["next"]).json()["results"]
    assert [row["subject_id"] for row in rest] == [str(others[0].pk)]


def test_the_list_costs_the_same_for_one_and_for_twenty(client, django_assert_num_queries):
    report(client, "profile", ProfileFactory())
    with CaptureQueriesContext(connection) as one:
        client.get(REPORTS)
    number = len(one)  # each request starts the list anew
    for _ in range(19):
        report(client, "profile", ProfileFactory())
    with django_assert_num_queries(number):
        assert len(client.get(REPORTS).json()["results"]) == 20


@pytest.mark.requirement("R12.3", "R12.4")
def test_reports_are_limited_by_the_hour_and_by_the_day(client, real_limits, settings):
    other = ProfileFactory()
    answers = [report(client, "profile", other) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [201] + [200] * 19 + [429]
    assert answers[0]["RateLimit-Limit"] == "20"
    assert int(answers[-1]["Retry-After"]) <= 3600
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "report": (100, 3600)}
    # The one that was refused does not count against the day.
    for _ in range(40):
        assert report(client, "profile", other).status_code == 200
    last = report(client, "profile", other)
    assert last.status_code == 429
    assert int(last["Retry-After"]) > 3600
    assert client.get(REPORTS).status_code == 200
