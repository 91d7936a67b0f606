from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from notifications.metrics import oldest_due, outcomes
from notifications.models import Delivery, PushAttempt
from notifications.tests.factories import say
from pupmatch.lib.ids import first_id_of

pytestmark = pytest.mark.django_db


def test_each_answer_of_a_provider_counts_for_five_minutes(
    friend, phone, provider, after_the_burst
):
    say(friend)
    provider.ticket_errors[phone.token] = "MessageRateExceeded"
    after_the_burst()
    assert outcomes() == [("expo", "send", "retry", 1)]
    del provider.ticket_errors[phone.token]
    after_the_burst()
    assert sorted(outcomes()) == [("expo", "send", "accepted", 1), ("expo", "send", "retry", 1)]
    old = PushAttempt.objects.filter(verdict="retry").first()
    before = PushAttempt(pk=first_id_of(timezone.now() - timedelta(minutes=6)))
    PushAttempt.objects.filter(pk=old.pk).update(id=before.pk)
    assert outcomes() == [("expo", "send", "accepted", 1)]


def test_the_push_that_is_due_for_longest(friend, clock, after_the_burst):
    assert oldest_due() == 0
    say(friend)
    after_the_burst()
    Delivery.objects.update(state="waiting", due_at=timezone.now() - timedelta(seconds=90))
    assert oldest_due() == 90


def test_the_figures_are_scraped(api, settings, friend, after_the_burst):
    settings.METRICS_TOKEN = "a token for the scraper"
    say(friend)
    after_the_burst()
    shown = api.get("/metrics", headers={"authorization": "Bearer a token for the scraper"})
    lines = shown.content.decode().splitlines()
    labels = 'outcome="accepted",provider="expo",step="send"'
    assert f"pupmatch_push_attempts{{{labels}}} 1.0" in lines
    assert "pupmatch_push_oldest_due_seconds 0.0" in lines


def test_without_the_tables_the_other_figures_are_still_told(api, settings):
    settings.METRICS_TOKEN = "a token for the scraper"
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA other; SET LOCAL search_path = other")
    shown = api.get("/metrics", headers={"authorization": "Bearer a token for the scraper"})
    assert shown.status_code == 200
    assert b"pupmatch_push" not in shown.content
