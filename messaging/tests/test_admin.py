from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from messaging.models import Conversation, Message, Participant
from messaging.services import edit, send, unsend
from messaging.tests.factories import conversation, sides_of
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
    assert models_of("messaging") == set(MAKERS)


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


def test_the_text_of_a_message_is_on_its_own_page_only():
    sent = message()
    client = superuser()
    for path in (
        address(Message, "changelist"),
        address(Conversation, "changelist"),
        address(sent.conversation, "change"),
        address(Participant, "changelist"),
        address(sent.sender, "change"),
    ):
        assert SECRET not in client.get(path).content.decode(), path
    found = client.get(address(Message, "changelist"), {"q": "oak"})
    assert list(found.context["cl"].queryset) == []
    assert not LogEntry.objects.exists()
    assert SECRET in client.get(address(sent, "change")).content.decode()


def test_reading_a_message_is_noted_without_the_text():
    sent = message()
    superuser().get(address(sent, "change"))
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.change_message) == (str(sent.pk), "Read the text.")
    assert entry.object_repr == str(sent.pk)


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
    page = client.get(address(sent, "change")).content.decode()
    assert SECRET not in page
    assert "unsent" in page
    assert not LogEntry.objects.exists()
    assert "unsent" in client.get(address(Message, "changelist")).content.decode()
    assert "unsent" in client.get(address(sent.conversation, "change")).content.decode()


def test_an_edited_message_says_so_and_keeps_no_earlier_text():
    sent = message()
    edit(message=sent, body="Somewhere else")
    client = superuser()
    page = client.get(address(sent, "change")).content.decode()
    assert "Somewhere else" in page
    assert SECRET not in page
    assert "edited" in client.get(address(Message, "changelist")).content.decode()
    assert "edited" in client.get(address(sent.conversation, "change")).content.decode()


def test_messages_are_text():
    sent = message(body=PROBE)
    type(sent.sender).objects.update(name=PROBE)
    client = superuser()
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


def test_a_long_conversation_costs_no_more_than_a_short_one():
    talk = conversation()
    message(talk)
    client = superuser()
    client.get(address(talk, "change"))
    with CaptureQueriesContext(connection) as few:
        client.get(address(talk, "change"))
    for number in range(60):
        message(talk, body=f"Line {number}")
    with CaptureQueriesContext(connection) as many:
        page = client.get(address(talk, "change")).content.decode()
    assert len(few) == len(many)
    assert "The latest 50 of 61." in page


def test_messages_are_found_by_every_id_on_them():
    sent = message()
    message()
    client = superuser()
    for wanted in (sent.pk, sent.conversation_id, sent.sender_id):
        page = client.get(address(Message, "changelist"), {"q": str(wanted)})
        assert list(page.context["cl"].queryset) == [sent]
