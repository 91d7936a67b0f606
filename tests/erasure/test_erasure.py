"""Who erases the account is gone from every table and file, but for what docs/data.md says stays."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import TestCase
from django.utils import timezone
from procrastinate.contrib.django import app

from accounts.models import User
from accounts.tests.factories import PASSWORD
from matching.models import Match
from moderation.models import Appeal, Case, EvidenceFile
from profiles.models import Profile
from pupmatch.lib.jobs import enqueue, upkeep
from pupmatch.lib.tests.admin_pages import address, superuser
from screening.models import BannedMark
from tests.erasure.data_map import models, read
from tests.erasure.life import V1, WORDS, live
from tests.erasure.traces import standing, stored

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R2.7")]

EVIDENCE = {"moderation_evidence"}
FILES_OF_EVIDENCE = {"moderation_evidence", "moderation_evidencefile"}
# Whatever is not here is nowhere.
REPORTED = ("name", "bio", "question", "answer", "message", "edited", "before the edit", "unsent")
LEFT = {
    **dict.fromkeys(REPORTED, EVIDENCE),
    **{
        f"photo {n} {size}": FILES_OF_EVIDENCE
        for n in range(3)
        for size in ("small", "medium", "large")
    },
    "profile": {"moderation_evidence", "moderation_report", "events_event", "matching_deck"},
    "message's id": {"moderation_evidence", "moderation_report", "events_event"},
    "match": {"events_event"},
    "like's id": {"events_event", "notifications_notification"},
    "report": {"moderation_report"},
    "report's id": {"moderation_evidence", "moderation_report"},
    "appeal": {"moderation_appeal"},
    "account": {"lib_auditentry", "procrastinate_jobs"},
    "old digest": {"accounts_authenticationattempt", "axes_accessattempt"},
    "network address": {"accounts_authenticationattempt", "axes_accessattempt"},
    "client": {"accounts_authenticationattempt"},
    # Nameless, and nobody's.
    "playground": {"playgrounds_playground"},
    "description": {"playgrounds_playground"},
    "added place": {"playgrounds_playground"},
    "place": {"matching_place"},
    "next place": {"matching_place"},
}
FOR_GOOD = {
    "account": {"lib_auditentry"},
    **{name: LEFT[name] for name in ("playground", "description", "added place")},
    **{name: LEFT[name] for name in ("place", "next place")},
}


UNUSED = {
    # Of staff alone.
    "accounts.user_groups", "admin.logentry", "mfa.authenticator", "moderation.note", "sessions.session",
    # Of nobody's.
    "accounts.signinnonce", "gis.postgisgeometrycolumns", "lib.discardedfile", "lib.requestcounter",
    "procrastinate.procrastinateperiodicdefer", "procrastinate.procrastinateworker",
    # Written when somebody goes.
    "screening.bannedmark",
    # Libraries' own, which nothing writes.
    "account.emailaddress", "account.emailconfirmation", "axes.accessattemptexpiration",
    "axes.accessfailurelog", "axes.accesslog", "socialaccount.socialapp", "socialaccount.socialtoken",
}  # fmt: skip


@pytest.fixture
def life(api, client_for, run_jobs):
    return live(api, client_for, run_jobs)


def erase(life):
    answer = life.client.delete(V1 + "me", {"password": PASSWORD})
    assert answer.status_code == 204, answer.content


def days_pass(clock, days, run_jobs):
    """All that is done by itself, so many days later."""
    clock.shift(timedelta(days=days))
    for name in sorted(upkeep()):
        if app.tasks[name].queue == "upkeep":
            enqueue(name)
    run_jobs(raising=False)


def places(found):
    return set().union(*found.values())


def are_there(life):
    """Or not to find them afterwards would show nothing."""
    # The address that was left is nowhere to be read, not even now: it is hashed, or sealed.
    assert set(life.traces) - set(standing(life.traces)) == {"old address"}
    assert len([name for name in stored() if name.startswith("media/")]) == 9
    # What software noticed, and what a decision would leave behind.
    assert life.user.findings.exists()
    assert life.user.decisions.in_force().exists()


def test_they_used_everything(life):
    """Or the search finds nothing of theirs in a table, because nothing was ever there."""
    unused = {name for name, model in models().items() if not model._base_manager.exists()}
    assert unused == UNUSED


def test_what_stays_is_what_the_map_says(life, run_jobs):
    are_there(life)
    erase(life)
    run_jobs(raising=False)
    assert standing(life.traces) == LEFT
    copies = EvidenceFile.objects.exclude(name="").values_list("name", flat=True)
    assert set(stored()) == {name.replace("private:", "private/") for name in copies}
    tables = {model._meta.db_table: name for name, model in models().items()}
    becomes = {fate.table: fate.becomes for fate in read()}
    for table in places(LEFT) - {"matching_place"}:
        assert re.search("stay|nameless", becomes[tables[table]]), table


def test_and_that_only_for_as_long_as_it_says(life, run_jobs):
    with time_machine.travel(timezone.now()) as clock:
        erase(life)
        run_jobs(raising=False)
        days_pass(clock, 3, run_jobs)
        # A job that failed, for a device or a mail, is kept for longer.
        assert "matching_deck" not in places(standing(life.traces))
        days_pass(clock, 28, run_jobs)
        left = standing(life.traces)
        assert not places(left) & {
            "procrastinate_jobs",
            "events_event",
            "notifications_notification",
        }
        assert BannedMark.objects.count() == 0  # of a limit that has ended
        Case.objects.filter(closed_at=None).update(closed_at=timezone.now())
        Appeal.objects.update(outcome="upheld", decided_at=timezone.now())
        days_pass(clock, 60, run_jobs)
        assert "accounts_authenticationattempt" not in places(standing(life.traces))
        assert "moderation_evidence" in places(standing(life.traces))
        days_pass(clock, 121, run_jobs)
        assert standing(life.traces) == FOR_GOOD
        assert stored() == {}
        assert not Case.objects.exists()


def test_staff_erase_as_much(life, run_jobs):
    with TestCase.captureOnCommitCallbacks(execute=True):
        page = superuser().post(address(life.user, "delete"), {"post": "yes"})
    assert page.status_code == 302, page.content
    assert not User.objects.filter(pk=life.user.pk).exists()
    run_jobs(raising=False)
    assert standing(life.traces) == LEFT


def test_with_the_dog_goes_what_the_map_says_and_nothing_else(life, run_jobs):
    owned = {
        model._meta.db_table
        for fate in read()
        if "with the dog" in fate.becomes
        for model in [models()[fate.table]]
    }
    match, friend = Match.objects.get(pk=life.traces["match"]), life.friend
    assert life.client.delete(V1 + "me/profile").status_code == 204
    run_jobs(raising=False)
    of_the_dog = {"profile", "name", "match", "message's id", *WORDS} - {"report", "appeal"}
    dog = {name: trace for name, trace in life.traces.items() if name in of_the_dog}
    files = {
        name: trace for name, trace in life.traces.items() if name.startswith(("photo", "doc"))
    }
    found = standing({**dog, **files})
    assert places(found) & owned <= {"matching_deck"}
    assert not [name for name in stored() if name.startswith("media/")]
    assert not Match.objects.filter(pk=match.pk).exists()
    assert Profile.objects.filter(pk=friend.pk).exists()
    kept = standing({name: life.traces[name] for name in ("account", "address", "review")})
    assert kept["address"] >= {"accounts_user"}
    assert kept["account"] >= {"accounts_session", "notifications_device", "profiles_preferences"}
    assert "playgrounds_review" in kept["review"]
