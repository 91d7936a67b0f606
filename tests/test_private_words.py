"""No page of the admin shows what people wrote to each other, but for a reason that is on record."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from matching.models import Like
from matching.tests.factories import LikeFactory, matched
from messaging import holding
from messaging.models import Participant
from messaging.services import edit, send, unsend
from moderation.models import Reason, Report, Subject
from moderation.reporting import report
from notifications.tests.factories import device_of
from pupmatch.lib.models import AuditEntry
from pupmatch.lib.tests.admin_pages import address, staff, superuser
from tests.staff_pages import pages

pytestmark = pytest.mark.django_db

# One for each way in which words can come to rest somewhere.
SAID, ANSWERED, EDITED, UNSENT, HELD, REPORTED, LIKED = WORDS = (
    "meet me by the old oak",
    "which of the oaks",
    "what an edit took back",
    "what was unsent again",
    "what staff are holding",
    "what somebody reported",
    "what came with a like",
)
OPENED = "messages.read"


@pytest.fixture
def talk() -> Any:
    """Two people who wrote to each other in every way that there is; jobs of it are waiting."""
    match = matched()
    mine, theirs = Participant.objects.filter(conversation=match.conversation).order_by("pk")
    device_of(theirs.profile.user)

    def say(side: Participant, words: str, **more: Any) -> Any:
        side.refresh_from_db()
        return send(participant=side, client_id=uuid4(), body=words, **more)[0]

    say(mine, SAID)
    say(theirs, ANSWERED)
    edit(message=say(mine, EDITED), body="Never mind")
    unsend(message=say(mine, UNSENT))
    holding.hold(message=say(mine, HELD))
    bad = say(mine, REPORTED)
    report(
        reporter=theirs.profile.user,
        subject_type=Subject.MESSAGE,
        subject_id=bad.pk,
        reason=Reason.HARASSMENT,
    )
    LikeFactory(comment=LIKED)
    return match.conversation


def shown(client: Client, path: str) -> set[str]:
    page = client.get(path).content.decode(errors="replace").lower()
    # What was looked for stands in the box that it was typed into.
    page = page.replace(path.partition("?q=")[2], "") if "?q=" in path else page
    return {words for words in WORDS if words in page}


def test_no_page_shows_what_people_wrote_without_a_record_of_who_read_it(talk: Any):
    client = superuser()
    looked_at = 0
    for path in list(pages(searches=WORDS)):
        before = AuditEntry.objects.filter(action=OPENED).count()
        words = shown(client, path)
        is_on_record = AuditEntry.objects.filter(action=OPENED).count() > before
        assert not words or is_on_record, (path, words)
        assert not words & {EDITED, UNSENT} or REPORTED in words, (path, words)
        looked_at += 1
    assert looked_at > 200


def test_evidence_is_read_on_record_by_whoever_may_read(talk: Any):
    case = Report.objects.get().case
    page = address(case, "change")
    blind = staff("moderation.view_case", "moderation.work_case")
    assert shown(blind, page) == set()
    assert not AuditEntry.objects.filter(action=OPENED).exists()
    User.objects.filter(is_staff=True).delete()
    reader = staff("moderation.view_case", "moderation.work_case", "moderation.read_messages")
    assert REPORTED in shown(reader, page)
    assert AuditEntry.objects.about(case).get().action == OPENED


def test_a_reason_opens_one_conversation_and_nothing_else(talk: Any):
    client = superuser()
    reason = {"_form_submitted": "True", "reason": "Case 01890000"}
    path = reverse("admin:messaging_conversation_read", args=[talk.pk])
    assert client.post(path, reason).status_code == 302
    # All that was said stands on one page; what was taken back stands nowhere.
    found = shown(client, address(talk, "change"))
    assert found == {SAID, ANSWERED, HELD, REPORTED}
    assert shown(client, address(Like.objects.get(comment=LIKED), "change")) == set()
