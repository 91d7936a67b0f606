"""What is left of somebody who was reported and erased their account, seen from outside."""

from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.tests.factories import PASSWORD
from matching.tests.factories import matched
from messaging.tests.factories import say, sides_of
from moderation.models import Case, EvidenceFile
from moderation.tasks import forget_closed_cases
from profiles.tests.acts import send
from profiles.tests.factories import ProfileFactory
from pupmatch.lib import private

pytestmark = pytest.mark.django_db

NAME, WORDS = "Schnauzinger", "I know where you live."


def mentions(word):
    """The tables in which something stands."""
    found = set()
    with connection.cursor() as cursor:
        for model in apps.get_models():
            table = model._meta.db_table
            cursor.execute(f'SELECT "{table}"::text FROM "{table}"')
            if word in str(cursor.fetchall()):
                found.add(table)
    return found


def statuses(client, addresses):
    answers = [client.get(address) for address in addresses]
    for answer in answers:
        if answer.streaming:
            answer.getvalue()  # closes the file
    return [answer.status_code for answer in answers]


@pytest.fixture
def bully():
    return ProfileFactory(name=NAME)


@pytest.mark.requirement("R2.7", "R3.4")
def test_erasure_leaves_the_evidence_alone_and_that_for_a_published_time(
    client_for, run_jobs, bully
):
    match = matched(bully)
    theirs, mine = client_for(bully.user), client_for(match.other(bully).user)
    bully.photos.all().delete()
    photo = send(theirs).data
    side = next(side for side in sides_of(match.conversation) if side.profile == bully)
    message = say(side, WORDS)
    assert theirs.delete(f"/api/v1/messages/{message.pk}").status_code == 204
    body = {"subject_type": "message", "subject_id": message.pk, "reason": "harassment"}
    assert mine.post("/api/v1/reports", {**body, "block": True}).status_code == 201
    assert theirs.delete("/api/v1/me", {"password": PASSWORD}).status_code == 204

    addresses = [address.split("testserver")[-1] for address in photo["renditions"].values()]
    assert statuses(mine, addresses) == [200] * 3
    run_jobs()
    assert statuses(mine, addresses) == [404] * 3
    assert mentions(bully.user.email) == set()
    assert mentions(NAME) == mentions(WORDS) == {"moderation_evidence"}
    kept = list(EvidenceFile.objects.values_list("name", flat=True))
    assert statuses(mine, map(private.url, kept)) == [200] * 3

    Case.objects.update(closed_at=timezone.now())
    with time_machine.travel(timezone.now() + timedelta(days=settings.CASES_KEPT_DAYS, seconds=1)):
        forget_closed_cases()
    assert mentions(NAME) == mentions(WORDS) == set()
    assert statuses(mine, map(private.url, kept)) == [404] * 3
