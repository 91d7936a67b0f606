from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import UserFactory
from events.models import Event
from moderation import appeals, authority, deciding
from moderation.models import Appeal, Decision
from moderation.tests.desk import MODERATOR, an_old_dog, decided, dog, lead, undone
from moderation.tests.factories import staff
from pupmatch.lib.models import AuditEntry
from pupmatch.lib.problems import NotFound

pytestmark = pytest.mark.django_db

Kind = Decision.Kind


def objected(decision, text="It was not me."):
    return appeals.appeal(decision=decision, by_person=decision.person, text=text)


def test_who_is_right_gets_everything_back_and_an_answer(mails):
    me, judge = dog(), lead()
    decision = decided(me, Kind.BAN)
    appeal = appeals.decide_appeal(
        appeal=objected(decision), by=judge, grant=True, answer="You are right."
    )
    decision.refresh_from_db()
    me.user.refresh_from_db()
    assert (decision.state, decision.undone_by) == ("undone", judge)
    assert (me.user.banned_at, me.user.is_active) == (None, True)
    assert (appeal.outcome, appeal.answer, appeal.decided_by) == (
        "granted", "You are right.", judge,
    )  # fmt: skip
    updates = Event.objects.filter(stream=me.user_id, type="decision.updated")
    assert updates.count() == 2  # the appeal itself, for one's other devices, and its answer
    assert set(AuditEntry.objects.filter(actor_id=judge.pk).values_list("action", flat=True)) == {
        "appeal.grant", "decision.undo",
    }  # fmt: skip
    (mail,) = mails()
    assert mail.to == [me.user.email]
    assert "You are right." in mail.body


def test_who_is_wrong_gets_an_answer(mails):
    decision = decided(dog(), Kind.SUSPEND)
    assert len(mails()) == 1
    appeals.decide_appeal(appeal=objected(decision), by=lead(), grant=False, answer="It was you.")
    decision.refresh_from_db()
    assert decision.state == "in_force"
    answer = mails()[-1]
    assert answer.subject == "Our answer to your appeal"
    assert "It was you." in answer.body
    assert "the decision stands" in answer.body


def test_a_decision_is_appealed_against_once():
    decision = decided(dog(), Kind.WARN)
    appeal = objected(decision)
    with pytest.raises(appeals.AlreadyAppealed):
        objected(decision)
    appeals.decide_appeal(appeal=appeal, by=lead(), grant=False, answer="No.")
    with pytest.raises(appeals.AlreadyAppealed):
        objected(decision)
    with pytest.raises(appeals.AppealDecided):
        appeals.decide_appeal(appeal=appeal, by=lead(), grant=True, answer="Yes.")


def test_what_nobody_was_told_cannot_be_appealed_against():
    me = an_old_dog()
    nothing, proposal = decided(dog(), Kind.DISMISS), decided(me, Kind.BAN)
    for decision in (nothing, proposal):
        with pytest.raises(NotFound):
            objected(decision)
    told = decided(dog(), Kind.WARN)
    with pytest.raises(NotFound):
        appeals.appeal(decision=told, by_person=me.user, text="Poor them.")
    deciding.confirm(decision=proposal, by=lead())
    assert objected(proposal)


def test_what_was_undone_or_is_old_cannot_be_appealed_against(time_machine):
    first, second = decided(dog(), Kind.WARN), decided(dog(), Kind.LIMIT)
    undone(first)
    with pytest.raises(appeals.NotAppealable):
        objected(first)
    time_machine.move_to(second.in_force_at + timedelta(days=180), tick=False)
    with pytest.raises(appeals.NotAppealable):
        objected(second)
    time_machine.move_to(second.in_force_at + timedelta(days=179), tick=False)
    assert objected(second)  # a limit that is over was told nevertheless


def test_other_staff_decide():
    me, proposer, confirmer = an_old_dog(), lead(), UserFactory(is_staff=True, is_superuser=True)
    ban = deciding.confirm(decision=decided(me, Kind.BAN, by=proposer), by=confirmer)
    appeal = objected(ban)
    answer = {"appeal": appeal, "grant": True, "answer": "Yes."}
    for involved in (proposer, confirmer):
        with pytest.raises(appeals.OwnDecision):
            appeals.decide_appeal(by=involved, **answer)
    for other in (staff(*MODERATOR), staff("undo_decision"), me.user):
        with pytest.raises(authority.NotAllowed):
            appeals.decide_appeal(by=other, **answer)
    assert appeals.decide_appeal(by=staff("decide_appeal"), **answer).outcome == "granted"


def test_nobody_answers_what_is_gone():
    appeal = objected(decided(dog(), Kind.WARN))
    Decision.objects.all().delete()
    with pytest.raises(NotFound):
        appeals.decide_appeal(appeal=appeal, by=lead(), grant=True, answer="")


def test_the_oldest_appeal_waits_first():
    made = [objected(decided(dog(), Kind.WARN)) for _ in range(3)]
    Appeal.objects.filter(pk=made[2].pk).update(created_at=timezone.now() - timedelta(days=1))
    assert list(Appeal.objects.waiting()) == [made[2], made[0], made[1]]
    appeals.decide_appeal(appeal=made[0], by=lead(), grant=False, answer="No.")
    assert list(Appeal.objects.waiting()) == [made[2], made[1]]


# --- The API --------------------------------------------------------------------------------------


@pytest.fixture
def me():
    return dog()


@pytest.fixture
def client(client_for, me):
    return client_for(me.user)


def test_my_decisions_are_there_for_me_alone(client, client_for, me):
    decision = decided(me, Kind.LIMIT, statement="Please do not.", note="For staff.")
    decided(me, Kind.DISMISS)
    (row,) = client.get("/api/v1/me/decisions").json()["results"]
    assert row == client.get(f"/api/v1/me/decisions/{decision.pk}").json()
    assert set(row) == {
        "id", "kind", "reason", "statement", "subject_type", "subject_id", "until", "state",
        "created_at", "undone_at", "can_appeal", "appeal",
    }  # fmt: skip
    assert (row["kind"], row["reason"], row["statement"]) == ("limit", "spam", "Please do not.")
    assert (row["subject_type"], row["subject_id"], row["appeal"]) == (None, None, None)
    assert (row["state"], row["can_appeal"], row["undone_at"]) == ("in_force", True, None)
    other = client_for(UserFactory())
    assert other.get("/api/v1/me/decisions").json()["results"] == []
    for path in (decision.pk, uuid4()):
        assert other.get(f"/api/v1/me/decisions/{path}").status_code == 404
        assert other.post(f"/api/v1/me/decisions/{path}/appeal", {"text": "a"}).status_code == 404


def test_what_was_removed_is_named(client, me):
    photo = me.photos.first()
    decided(photo, Kind.REMOVE)
    (row,) = client.get("/api/v1/me/decisions").json()["results"]
    assert (row["subject_type"], row["subject_id"]) == ("photo", str(photo.pk))


def test_decisions_come_newest_first_in_pages(client, me):
    made = [decided(me, Kind.WARN) for _ in range(3)]
    page = client.get("/api/v1/me/decisions", {"limit": 2}).json()
    rest = client.get(page["next"]).json()
    ids = [row["id"] for row in page["results"] + rest["results"]]
    assert ids == [str(decision.pk) for decision in reversed(made)]


def test_a_limit_that_is_over_has_lapsed(client, me, time_machine):
    decision = decided(me, Kind.LIMIT)
    path = f"/api/v1/me/decisions/{decision.pk}"
    assert client.get(path).json()["state"] == "in_force"
    Decision.objects.update(until=timezone.now())
    assert client.get(path).json()["state"] == "lapsed"
    assert client.get(path).json()["can_appeal"]
    undone(decision)
    assert client.get(path).json()["state"] == "undone"


def test_appealing_shows_the_appeal_and_later_its_answer(client, me):
    decision = decided(me, Kind.WARN)
    path = f"/api/v1/me/decisions/{decision.pk}"
    answer = client.post(f"{path}/appeal", {"text": " It was not me. "})
    assert answer.status_code == 201
    assert answer.json() == client.get(path).json()
    appeal = answer.json()["appeal"]
    assert (appeal["text"], appeal["outcome"], appeal["answer"], appeal["decided_at"]) == (
        "It was not me.", "waiting", None, None,
    )  # fmt: skip
    assert not answer.json()["can_appeal"]
    again = client.post(f"{path}/appeal", {"text": "Really not."})
    assert (again.status_code, again.json()["code"]) == (409, "already_appealed")
    appeals.decide_appeal(appeal=Appeal.objects.get(), by=lead(), grant=True, answer="Sorry.")
    row = client.get(path).json()
    assert (row["state"], row["appeal"]["outcome"], row["appeal"]["answer"]) == (
        "undone", "granted", "Sorry.",
    )  # fmt: skip


def test_what_cannot_be_appealed_against_says_so(client, me):
    decision = decided(me, Kind.WARN)
    undone(decision)
    answer = client.post(f"/api/v1/me/decisions/{decision.pk}/appeal", {"text": "Please."})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_appealable")
    assert not client.get(f"/api/v1/me/decisions/{decision.pk}").json()["can_appeal"]


@pytest.mark.parametrize("text", ["", "  ", "\u200b", "a" * 4001, None])
def test_an_appeal_says_something(client, me, text):
    decision = decided(me, Kind.WARN)
    answer = client.post(f"/api/v1/me/decisions/{decision.pk}/appeal", {"text": text})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/text"


@pytest.mark.parametrize("kind", ["suspend", "ban"])
def test_whoever_is_barred_can_sign_in_to_read_and_appeal(client_for, me, kind):
    decision = decided(me, kind)
    client = client_for(me.user)
    assert client.get("/api/v1/me/profile").status_code == 403
    (row,) = client.get("/api/v1/me/decisions").json()["results"]
    assert client.get(f"/api/v1/me/decisions/{row['id']}").status_code == 200
    assert client.post(f"/api/v1/me/decisions/{row['id']}/appeal", {"text": "a"}).status_code == 201
    appeals.decide_appeal(appeal=Appeal.objects.get(), by=lead(), grant=True, answer="")
    assert client_for(me.user).get("/api/v1/me/profile").status_code == 200
    decision.refresh_from_db()
    assert decision.state == "undone"


def test_nobody_appeals_all_day(client, real_limits):
    path = f"/api/v1/me/decisions/{uuid4()}/appeal"
    codes = [client.post(path, {"text": "Please."}).status_code for _ in range(21)]
    assert codes == [404] * 20 + [429]


def test_the_list_of_decisions_costs_the_same_for_one_and_for_twenty(
    client, me, django_assert_num_queries
):
    objected(decided(me, Kind.WARN))
    with CaptureQueriesContext(connection) as one:
        client.get("/api/v1/me/decisions")
    for _ in range(19):
        decided(me, Kind.WARN)
    with django_assert_num_queries(len(one)):
        assert len(client.get("/api/v1/me/decisions").json()["results"]) == 20
