"""What staff decide about a person, and what is left of it when it is undone."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.utils import timezone

from accounts import standing
from accounts.barriers import before_restricting
from accounts.models import Session, User
from accounts.tests.factories import SessionFactory, UserFactory
from pupmatch.lib.models import Job

pytestmark = pytest.mark.django_db

LATER = timezone.now() + timedelta(days=7)

IMPOSE = {
    "suspension": lambda user: standing.suspend(user=user, until=LATER),
    "ban": lambda user: standing.ban(user=user),
    "deactivation": lambda user: standing.deactivate(user=user),
}
LIFT = {
    "suspension": lambda user: standing.unsuspend(user=user),
    "ban": lambda user: standing.unban(user=user),
    "deactivation": lambda user: standing.reactivate(user=user),
}
LIMIT = (
    lambda user: standing.limit(user=user, until=LATER),
    lambda user: standing.unlimit(user=user),
)
EVERY = [*((IMPOSE[name], LIFT[name]) for name in IMPOSE), LIMIT]


@pytest.mark.parametrize(("impose", "lift"), EVERY)
def test_each_can_be_undone_and_says_whether_it_changed_anything(impose, lift):
    user = UserFactory()
    before = User.objects.values().get()
    assert not lift(user)
    assert impose(user)
    during = User.objects.values().get()
    assert during != before
    assert not impose(user)
    assert User.objects.values().get() == during
    assert lift(user)
    assert User.objects.values().get() == before


@pytest.mark.parametrize("order", list(permutations(IMPOSE)), ids=lambda order: " ".join(order))
def test_an_account_is_in_use_again_when_nothing_is_left_that_keeps_it_out_of_use(order):
    user = UserFactory()
    for name in reversed(order):
        IMPOSE[name](user)
    for name in order:
        user.refresh_from_db()
        assert not user.is_active
        assert LIFT[name](user)
    user.refresh_from_db()
    assert user.is_active


def test_a_limit_lasts_through_the_others_and_leaves_sign_ins_alone():
    session = SessionFactory()
    standing.limit(user=session.user, until=LATER)
    assert Session.objects.live().exists()
    for impose, lift in zip(IMPOSE.values(), LIFT.values(), strict=True):
        impose(session.user)
        lift(session.user)
    user = User.objects.get()
    assert (user.is_active, user.is_limited) == (True, True)


@pytest.mark.parametrize("impose", list(IMPOSE.values()), ids=list(IMPOSE))
def test_whoever_is_barred_is_signed_out_everywhere(impose):
    session = SessionFactory()
    SessionFactory(user=session.user)
    bystander = SessionFactory()
    impose(session.user)
    ended = Session.objects.exclude(pk=bystander.pk)
    assert set(ended.values_list("end_reason", flat=True)) == {Session.EndReason.STAFF}
    assert list(Session.objects.live()) == [bystander]


@pytest.mark.parametrize("impose", [IMPOSE["suspension"], IMPOSE["ban"]])
def test_a_limit_besides_leaves_the_sign_in_in_which_they_appeal(impose):
    user = UserFactory()
    impose(user)
    SessionFactory(user=user)
    for change in LIMIT:
        assert change(user)
        assert Session.objects.live().count() == 1


def test_lifting_a_ban_leaves_an_account_out_of_use_that_was_so_before():
    user = UserFactory(is_active=False)
    standing.ban(user=user)
    standing.unban(user=user)
    user.refresh_from_db()
    assert not user.is_active
    assert standing.reactivate(user=user)
    user.refresh_from_db()
    assert user.is_active


def test_who_may_sign_in():
    user = UserFactory()
    assert user.may_sign_in
    for impose, may in zip(IMPOSE.values(), (True, True, False), strict=True):
        impose(user)
        user.refresh_from_db()
        assert user.may_sign_in == may


# --- The end of a suspension ----------------------------------------------------------------------


def due(user):
    User.objects.filter(pk=user.pk).update(suspended_until=timezone.now())


def test_a_suspension_ends_by_itself(run_jobs):
    user = UserFactory()
    standing.suspend(user=user, until=LATER)
    job = Job.objects.get(task_name="accounts.tasks.end_suspension")
    assert job.scheduled_at == LATER
    standing.suspend(user=user, until=timezone.now())
    assert run_jobs() == 1
    user.refresh_from_db()
    assert (user.is_active, user.suspended_until) == (True, None)


def test_the_job_of_an_earlier_end_is_harmless(run_jobs):
    user = UserFactory()
    standing.suspend(user=user, until=timezone.now())
    standing.suspend(user=user, until=LATER)
    assert run_jobs() == 1
    user.refresh_from_db()
    assert (user.is_active, user.suspended_until) == (False, LATER)


def test_a_ban_outlasts_a_suspension(run_jobs):
    user = UserFactory()
    standing.ban(user=user)
    standing.suspend(user=user, until=timezone.now())
    run_jobs()
    user.refresh_from_db()
    assert (user.is_active, user.suspended_until) == (False, None)


def test_what_a_lost_job_has_left_is_ended_once():
    users = [UserFactory() for _ in range(3)]
    for user in users:
        standing.suspend(user=user, until=LATER)
    for user in users[:2]:
        due(user)
    assert standing.end_suspensions() == 2
    assert standing.end_suspensions() == 0
    assert User.objects.get(is_active=False) == users[2]


def test_the_end_of_a_suspension_of_somebody_who_is_gone_is_nothing(run_jobs):
    user = UserFactory()
    standing.suspend(user=user, until=timezone.now())
    user.delete()
    assert run_jobs() == 1
    assert not Job.objects.filter(status="failed").exists()


# --- What is on its way ---------------------------------------------------------------------------


@pytest.fixture
def waited_for(monkeypatch):
    """Whose writes were waited for."""
    seen = []
    monkeypatch.setattr("accounts.barriers._steps", [])
    before_restricting(seen.append)
    return seen


@pytest.mark.parametrize(("impose", "lift"), EVERY)
def test_writes_are_waited_for_when_something_is_imposed_and_only_then(waited_for, impose, lift):
    user = UserFactory()
    impose(user)
    assert waited_for == [user]
    impose(user)
    lift(user)
    assert waited_for == [user]
