"""Notifications whose job is gone are not forgotten."""

from datetime import timedelta

import pytest
from django.db.models import F

from events.models import Event
from notifications import telling
from notifications.tests.factories import say
from pupmatch.lib.jobs import services as jobs
from pupmatch.lib.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def discarded(friend):
    """A message to somebody with a telephone, whose job staff discarded."""
    say(friend, "Still there?")
    job = Job.objects.get(task_name="notifications.tasks.notify", status="todo")
    jobs.discard(Job.objects.filter(pk=job.pk))


@pytest.mark.requirement("R11.3")
def test_who_waits_for_a_job_that_is_gone_is_notified(discarded, friend, provider, after_the_burst):
    say(friend, "Hello?")
    after_the_burst()
    assert provider.texts() == []
    Event.objects.update(at=F("at") - timedelta(minutes=6))
    assert telling.notify_forgotten() == 1
    assert telling.notify_forgotten() == 0, "its job waits already"
    after_the_burst()
    assert len(provider.texts()) == 1
    assert telling.notify_forgotten() == 0


def test_nobody_is_hurried(discarded):
    assert telling.notify_forgotten() == 0
