from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import messaging.admin
from messaging.models import Conversation, FormerWords, Message, Participant
from messaging.services import edit, send, unsend
from messaging.tests.factories import conversation, sides_of
from pupmatch.lib.audit import record
from pupmatch.lib.models import AuditEntry
from pupmatch.lib.tests.admin_pages import (
    PROBE,
    address,
    cannot_be_changed,
    filters_answer,
    list_costs_the_same,
    models_of,
    opens,
    staff,
    superuser,
)

pytestmark = pytest.mark.django_db

SECRET = "Meet me by the old oak"


def message(talk=None, body=SECRET):
    sender, _ = sides_of(talk or conversation())
    sent, _ = send(participant=sender, client_id=uuid4(), body=body)
    return sent


MAKERS = {
    Conversation: conversation,
    Message: message,
    Participant: lambda: sides_of(conversation())[0],
}
each_model = pytest.mark.parametrize("model", MAKERS)


def test_no_model_is_forgotten():
    # What was edited or unsent is for nobody to read.
    assert models_of("messaging", but={FormerWords}) == set(MAKERS)


@each_model
def test_every_page_opens(model):
    opens(superuser(), MAKERS[model]())


@each_model
def test_every_filter_answers(model):
    filters_answer(superuser(), model)


@each_model
def test_a_list_costs_the_same_for_one_row_and_for_twenty(model):
    list_costs_the_same(superuser(), MAKERS[model])


@each_model
def test_nobody_changes_what_people_wrote(model):
    cannot_be_changed(superuser(), MAKERS[model]())


# --- Reading -------------------------------------------------------------------------------------


REASON = "Case 01890000: threats"


def read(client, row, reason=REASON):
    path = address(row, "change").replace("change", "read")
    return client.post(path, {"_form_submitted": "True", "reason": reason})


def pages_about(sent):
    return [
        address(Message, "changelist"),
        address(Conversation, "changelist"),
        address(Participant, "changelist"),
        address(sent, "change"),
        address(sent, "history"),
        address(sent.conversation, "change"),
        address(sent.conversation, "history"),
        address(sent.sender, "change"),
    ]


def shows(client, path, words=SECRET):
    return words in client.get(path).content.decode()


def test_without_a_reason_no_page_shows_what_people_wrote():
    sent, client = message(), superuser()
    for path in pages_about(sent):
        assert not shows(client, path), path
    found = client.get(address(Message, "changelist"), {"q": "oak"})
    assert list(found.context["cl"].queryset) == []
    for reason in ("", "   ", "Because"):
        assert read(client, sent.conversation, reason).status_code == 200
        assert not shows(client, address(sent.conversation, "change"))
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("asked_on", ["message", "conversation"])
def test_a_reason_opens_the_whole_conversation_and_goes_on_record(asked_on):
    sent, client = message(), superuser()
    answer, _ = send(
        participant=sides_of(sent.conversation)[1], client_id=uuid4(), body="Which oak?"
    )
    other = message()
    asked = sent if asked_on == "message" else sent.conversation
    assert read(client, asked)["Location"] == address(asked, "change")
    for words in (SECRET, "Which oak?"):
        assert shows(client, address(sent.conversation, "change"), words)
    assert shows(client, address(answer, "change"), "Which oak?")
    assert not shows(client, address(other, "change"))
    assert not shows(client, address(other.conversation, "change"))
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.reason, entry.data) == ("messages.read", REASON, {})
    assert entry.subject_id == str(sent.conversation_id)
    assert SECRET not in str(AuditEntry.objects.values())
    # While it is open, nobody has to ask again.
    assert read(client, asked).status_code == 403


def test_it_is_open_for_half_an_hour_to_whoever_asked():
    sent, client = message(), superuser()
    mine = address(sent.conversation, "change")
    boss = get_user_model().objects.get(is_superuser=True)
    given = {"actor_id": boss.pk, "action": "messages.read", "reason": REASON}
    about = {"subject_type": "messaging.conversation", "subject_id": sent.conversation_id}
    AuditEntry.objects.create(**given, **about, at=timezone.now() - timedelta(minutes=31))
    assert not shows(client, mine)
    AuditEntry.objects.create(**given, **about, at=timezone.now() - timedelta(minutes=29))
    assert shows(client, mine)
    colleague = staff(
        "messaging.view_conversation", "messaging.view_message", "moderation.read_messages"
    )
    assert not shows(colleague, mine)
    assert read(colleague, sent.conversation).status_code == 302
    assert shows(colleague, mine)


def test_who_may_not_read_messages_gives_reasons_in_vain():
    sent = message()
    client = staff("messaging.view_conversation", "messaging.view_message")
    assert client.get(address(sent, "change")).status_code == 200
    for row in (sent, sent.conversation):
        assert read(client, row).status_code == 403
    # Nor does somebody who had the right when they gave one.
    clerk = get_user_model().objects.get(email="clerk@pupmatch.example")
    record(by=clerk, action="messages.read", subject=sent.conversation, reason=REASON)
    for path in pages_about(sent)[3:7]:
        assert not shows(client, path)
    assert not AuditEntry.objects.exclude(actor_id=clerk.pk).exists()


def test_who_may_see_conversations_may_not_read_messages():
    sent = message()
    client = staff("messaging.view_conversation")
    assert client.get(address(sent.conversation, "change")).status_code == 200
    assert client.get(address(sent, "change")).status_code == 403
    assert client.get(address(Message, "changelist")).status_code == 403


def test_an_unsent_message_has_no_text():
    sent = message()
    unsend(message=sent)
    client = superuser()
    read(client, sent)
    page = client.get(address(sent, "change")).content.decode()
    assert SECRET not in page
    assert "unsent" in page
    assert "unsent" in client.get(address(Message, "changelist")).content.decode()
    assert "unsent" in client.get(address(sent.conversation, "change")).content.decode()


def test_an_edited_message_says_so_and_keeps_no_earlier_text():
    sent = message()
    edit(message=sent, body="Somewhere else")
    client = superuser()
    read(client, sent)
    page = client.get(address(sent, "change")).content.decode()
    assert "Somewhere else" in page
    assert SECRET not in page
    assert "edited" in client.get(address(Message, "changelist")).content.decode()
    assert "edited" in client.get(address(sent.conversation, "change")).content.decode()


def test_messages_are_text():
    sent = message(body=PROBE)
    type(sent.sender).objects.update(name=PROBE)
    client = superuser()
    read(client, sent)
    for path in (
        address(sent, "change"),
        address(sent.conversation, "change"),
        address(Message, "changelist"),
        address(Conversation, "changelist"),
        address(Participant, "changelist"),
    ):
        page = client.get(path).content.decode()
        assert PROBE not in page, path
        assert "&lt;script&gt;" in page, path


def test_a_long_conversation_costs_no_more_than_a_short_one(monkeypatch):
    talk = conversation()
    message(talk)
    client = superuser()
    read(client, talk)
    client.get(address(talk, "change"))
    with CaptureQueriesContext(connection) as few:
        client.get(address(talk, "change"))
    monkeypatch.setattr(messaging.admin, "MESSAGES_SHOWN", 50)
    for number in range(60):
        message(talk, body=f"Line {number}.")
    with CaptureQueriesContext(connection) as many:
        page = client.get(address(talk, "change")).content.decode()
    assert len(few) == len(many)
    assert "1–50 of 61" in page
    assert "Line 59." in page
    assert "Line 2." not in page
    assert shows(client, address(talk, "change") + "?part=2", "Line 2.")


def test_messages_are_found_by_every_id_on_them():
    sent = message()
    message()
    client = superuser()
    for wanted in (sent.pk, sent.conversation_id, sent.sender_id):
        page = client.get(address(Message, "changelist"), {"q": str(wanted)})
        assert list(page.context["cl"].queryset) == [sent]
