"""The queue of documents, as staff work through it."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

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
from verification import deciding
from verification.models import Verification
from verification.tests.documents import stored
from verification.tests.factories import VerificationFactory

pytestmark = pytest.mark.django_db

DECIDES = ("verification.view_verification", "verification.decide_verification")


def act(client, row, verb, **form):
    url = reverse(f"admin:verification_verification_{verb}", args=[row.pk])
    return client.post(url, {"_form_submitted": "on", **form})


def html(client, row) -> str:
    return client.get(address(row, "change")).content.decode()


def listed(client, **params) -> list:
    page = client.get(address(Verification, "changelist"), params)
    return [row.pk for row in page.context["cl"].result_list]


def test_no_model_is_forgotten():
    assert models_of("verification") == {Verification}


def test_every_page_opens():
    opens(superuser(), VerificationFactory())


def test_every_filter_answers():
    filters_answer(superuser(), Verification)


def test_a_list_costs_the_same_for_one_row_and_for_twenty():
    list_costs_the_same(superuser(), VerificationFactory)


def test_nobody_writes_a_verification_by_hand():
    cannot_be_changed(superuser(), VerificationFactory())


def test_the_queue_starts_with_whoever_waits_longest(boss):
    rows = VerificationFactory.create_batch(3)
    deciding.refuse(verification=rows[0], by=boss, reason="No.")
    Verification.objects.filter(pk=rows[2].pk).update(created_at=timezone.now() - timedelta(days=1))
    client = staff(*DECIDES)
    assert listed(client) == [rows[2].pk, rows[1].pk]
    assert listed(client, state="refused") == [rows[0].pk]
    assert listed(client, state="all") == [row.pk for row in reversed(rows)]
    assert listed(client, q=str(rows[0].pk)) == [rows[0].pk]


def test_the_document_stands_beside_the_photos_and_is_seen_on_record(waiting, api):
    client = staff(*DECIDES)
    page = html(client, waiting)
    source = page.partition('alt="The document"')[0].rpartition('src="')[2].partition('"')[0]
    answer = api.get(urlsplit(source).path)
    assert b"".join(answer.streaming_content)[8:12] == b"WEBP"
    for photo in waiting.profile.photos.all():
        assert photo.medium.url in page
    entry = AuditEntry.objects.get(action="verification.view")
    assert entry.subject_id == str(waiting.pk)


def test_who_may_not_decide_does_not_see_it(waiting):
    client = staff("verification.view_verification")
    page = html(client, waiting)
    assert "/private/" not in page
    assert "Only those who decide see it." in page
    assert not AuditEntry.objects.exists()
    for verb in ("confirm", "refuse", "revoke"):
        assert act(client, waiting, verb, reason="No.").status_code == 403
    waiting.refresh_from_db()
    assert waiting.state == "waiting"


def test_confirming_a_record_asks_for_its_date_and_goes_on(waiting):
    client, following = staff(*DECIDES), VerificationFactory()
    beyond = timezone.localdate() + Verification.BADGE + timedelta(days=1)
    for wrong in ("", "soon", "2020-01-01", "9999-12-31", beyond):
        assert act(client, waiting, "confirm", expires_on=wrong).status_code == 200
    waiting.refresh_from_db()
    assert waiting.state == "waiting"
    day = timezone.localdate() + timedelta(days=30)
    answer = act(client, waiting, "confirm", expires_on=day)
    assert answer["Location"] == address(following, "change")
    waiting.refresh_from_db()
    assert waiting.expires_at.date() == day + timedelta(days=1)
    assert AuditEntry.objects.get(action="verification.confirm").actor_id


def test_a_photo_needs_no_date():
    shown = VerificationFactory(kind="photo")
    answer = act(staff(*DECIDES), shown, "confirm")
    assert answer["Location"] == address(shown, "change")
    shown.profile.refresh_from_db()
    assert shown.profile.verified_until > timezone.now()


def test_refusing_says_why(waiting, django_capture_on_commit_callbacks):
    client = staff(*DECIDES)
    assert act(client, waiting, "refuse").status_code == 200
    assert act(client, waiting, "refuse", reason="x" * 301).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        assert act(client, waiting, "refuse", reason=PROBE).status_code == 302
    assert stored() == []
    page = html(client, waiting)
    assert PROBE not in page
    assert "It was removed." in page
    assert act(client, waiting, "refuse", reason="Again.").status_code == 403


def test_a_badge_is_taken_back(waiting, boss):
    deciding.confirm(verification=waiting, by=boss, expires_on=timezone.localdate())
    client = staff(*DECIDES)
    assert act(client, waiting, "confirm").status_code == 403
    assert act(client, waiting, "revoke", reason="Forged.").status_code == 302
    waiting.profile.refresh_from_db()
    assert waiting.profile.verified_until is None


def test_a_badge_that_lapsed_says_so(waiting, boss):
    deciding.confirm(verification=waiting, by=boss, expires_on=timezone.localdate())
    client = superuser()
    assert "lapsed" not in html(client, waiting)
    Verification.objects.update(expires_at=timezone.now())
    assert "lapsed" in html(client, waiting)


def test_who_is_not_signed_in_is_sent_to_do_so(waiting, api):
    assert act(api, waiting, "refuse", reason="No.").status_code in (302, 403)
    waiting.refresh_from_db()
    assert waiting.state == "waiting"
