"""Mails as jobs: in the transaction, without secrets, again when the server fails, harmless twice."""

import json
from contextlib import suppress

import pytest
from django.db import transaction

from accounts import credentials
from accounts.models import User
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.mail_server import BUSY, REFUSES, TAKES, mail_server
from pupmatch.lib.jobs import enqueue_many
from pupmatch.lib.models import Job, JobFailure

pytestmark = pytest.mark.django_db

REGISTER, RESET = "/api/v1/auth/register", "/api/v1/auth/password/reset"
ADDRESS = "rex@pupmatch.example"


class ChangeOfMind(Exception):
    pass


def tokens_in(sent):
    return [mail.body.split("#token=")[1].split()[0] for mail in sent if "#token=" in mail.body]


@pytest.fixture
def server(settings):
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        yield server


def register(api):
    return api.post(REGISTER, {"email": ADDRESS, "password": PASSWORD})


def due_again(run_jobs):
    """Run what waits for its next try, without waiting."""
    Job.objects.filter(status="todo").update(scheduled_at=None)
    return run_jobs(raising=False)


def test_nobody_waits_for_a_mail_server(api, server):
    assert register(api).status_code == 201
    assert server.letters == []
    assert Job.objects.get().task_name == "accounts.tasks.mail_verification"


def test_without_the_commit_there_is_no_mail(mails):
    user = UserFactory()
    with suppress(ChangeOfMind), transaction.atomic():
        credentials.send_verification(user)
        credentials.move_account(user=user, email="other@pupmatch.example")
        assert Job.objects.count() == 2
        raise ChangeOfMind
    assert mails() == []


@pytest.mark.requirement("R12.7")
def test_a_waiting_mail_holds_neither_its_link_nor_an_address(api, mails):
    register(api)
    credentials.request_password_reset(email=ADDRESS)
    credentials.move_account(user=User.objects.get(), email="new@pupmatch.example")
    waiting = json.dumps(list(Job.objects.values_list("args", flat=True)))
    tokens = tokens_in(mails())
    assert len(tokens) == 3
    assert not [secret for secret in (ADDRESS, "new@", *tokens) if secret in waiting]


def test_a_mail_is_sent_once_the_server_takes_it_again(api, server, run_jobs, caplog):
    register(api)
    server.answer = BUSY
    run_jobs(raising=False)
    assert server.letters == []
    server.answer = TAKES
    due_again(run_jobs)
    assert [ADDRESS in letter for letter in server.letters] == [True]
    assert Job.objects.get().status == "succeeded"
    failure = JobFailure.objects.get()
    assert str(failure) == "The mail was not sent: SMTPRecipientsRefused 451"
    assert ADDRESS not in failure.error + caplog.text


@pytest.mark.usefixtures("real_limits")
def test_what_is_tried_again_counts_once(api, server, run_jobs, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"mail_to_address": (1, 3600)}
    register(api)
    server.answer = BUSY
    run_jobs(raising=False)
    server.answer = TAKES
    due_again(run_jobs)
    assert len(server.letters) == 1
    credentials.send_verification(User.objects.get())
    run_jobs()
    assert len(server.letters) == 1


def test_an_address_that_is_refused_for_good_is_not_tried_again(api, server, run_jobs, caplog):
    register(api)
    server.answer = REFUSES
    run_jobs(raising=False)
    assert Job.objects.get().status == "failed"
    assert str(JobFailure.objects.get()) == "The mail was not sent: SMTPRecipientsRefused 550"
    assert ADDRESS not in caplog.text


def test_a_server_that_is_gone_is_tried_again(api, settings, run_jobs):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    register(api)
    for _ in range(12):
        assert due_again(run_jobs) == 1
    assert Job.objects.get().status == "failed"
    assert JobFailure.objects.count() == 12


@pytest.mark.parametrize(
    ("name", "url", "extra"),
    [
        ("mail_verification", "/api/v1/auth/email/verify", {}),
        ("mail_password_reset", f"{RESET}/confirm", {"password": "a swim in the lake"}),
    ],
)
def test_a_job_that_runs_twice_sends_two_mails_with_good_links(api, mails, name, url, extra):
    enqueue_many(f"accounts.tasks.{name}", [{"user_id": UserFactory().pk}] * 2)
    tokens = tokens_in(mails())
    assert len(tokens) == 2
    assert api.post(url, {"token": tokens[1], **extra}).status_code == 204


def test_a_mail_is_written_for_the_account_as_it_is_when_it_is_sent(mails):
    gone, closed, verified, moved = UserFactory.create_batch(4)
    for user in (gone, closed, moved):
        credentials.request_password_reset(email=user.email)
    credentials.send_verification(verified)
    gone.delete()
    User.objects.filter(pk=closed.pk).update(is_active=False)
    User.objects.filter(pk=verified.pk).update(email_verified_at=verified.created_at)
    User.objects.filter(pk=moved.pk).update(email="moved@pupmatch.example")
    assert [mail.to for mail in mails()] == [["moved@pupmatch.example"]]
