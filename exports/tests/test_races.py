"""Exports, where several things happen at once or the work ends half way."""

import os
import resource
import signal
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connections, transaction
from django.utils import timezone

from accounts.credentials import remove_account
from accounts.models import User
from accounts.tests.factories import UserFactory
from events.models import Event
from exports import services
from exports.models import Export
from profiles.tests.acts import add
from profiles.tests.factories import ProfileFactory
from pupmatch.lib import files
from pupmatch.lib.models import DiscardedFile, Job

pytestmark = pytest.mark.django_db(transaction=True)


def stored():
    """The files of exports."""
    return sorted(path for path in (settings.PRIVATE_ROOT / "exports").glob("*"))


def an_hour_later():
    """When what nothing took over goes by itself."""
    return time_machine.travel(timezone.now() + files.UPLOAD_TIME + timedelta(seconds=1))


def test_who_asks_many_times_at_once_has_one_prepared(in_parallel):
    user = UserFactory()
    asked = in_parallel(*[lambda: services.ask(user=user)] * 6)
    assert {export.pk for export in asked} == {Export.objects.get().pk}
    assert Job.objects.filter(task_name="exports.tasks.prepare").count() == 1


def test_a_job_that_runs_twice_at_once_leaves_one_file(in_parallel):
    export = services.ask(user=UserFactory())
    done = in_parallel(*[lambda: services.prepare(export_id=export.pk)] * 3)
    assert sorted(done) == [False, False, True]
    [file] = stored()
    assert Export.objects.get().name == f"private:exports/{file.name}"
    assert Event.objects.filter(type="account.export_ready").count() == 1


@pytest.mark.requirement("R2.7")
def test_an_erasure_leaves_no_export_whenever_it_comes(in_parallel, sized):
    for _ in range(sized(3, 100)):
        me = ProfileFactory(photos=0)
        add(me)
        ready, waiting = me.user, me.user
        export = services.ask(user=waiting)
        done = in_parallel(
            lambda export=export: services.prepare(export_id=export.pk),
            lambda user=ready: remove_account(user=user),
            lambda user=ready: services.ask(user=user),
        )
        assert done[0] in (True, False)
        assert done[1] is None
        assert not User.objects.filter(pk=me.user_id).exists()
        files.purge()
        assert stored() == []
        assert not Export.objects.exists()


def test_one_that_was_asked_for_anew_is_not_what_an_old_job_hands_over():
    user = UserFactory()
    before = services.ask(user=user)
    services.prepare(export_id=before.pk)
    export = services.ask(user=user)
    assert services.prepare(export_id=before.pk) is False
    assert not Export.objects.get(pk=export.pk).is_prepared


def prepare_on_a_connection_of_its_own(export):
    """And never return. The parent's connection is left alone, which closing would end."""
    kept = [each.connection for each in connections.all()]
    for each in connections.all():
        each.connection, each.in_atomic_block = None, False
    services.prepare(export_id=export.pk)
    os._exit(len(kept))


def test_a_worker_that_is_killed_leaves_nothing_and_the_next_one_does_the_work():
    """Killed right when the file is stored and nothing refers to it."""
    export = services.ask(user=UserFactory())
    with transaction.atomic():
        # So the child waits before it hands the file over.
        User.objects.select_for_update().get(pk=export.user_id)
        child = os.fork()
        if child == 0:
            prepare_on_a_connection_of_its_own(export)
        while not stored():
            time.sleep(0.01)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert len(stored()) == 1
    assert not Export.objects.get().is_prepared
    assert services.prepare(export_id=export.pk) is True
    assert len(stored()) == 2
    with an_hour_later():
        files.purge()
    assert [path.name for path in stored()] == [Export.objects.get().name.rpartition("/")[2]]


@contextmanager
def room_for(size):
    """No file may grow beyond that, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


@pytest.mark.requirement("R10.4")
def test_a_full_disk_puts_it_off(run_jobs):
    me = ProfileFactory(photos=0)
    add(me)
    export = services.ask(user=me.user)
    with room_for(1000):
        run_jobs(raising=False)
    assert stored() == []
    assert not DiscardedFile.objects.exists()
    assert not Export.objects.get().is_prepared
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        run_jobs()
    assert Export.objects.get(pk=export.pk).is_prepared


def test_a_storage_that_fails_half_way_leaves_nothing(tmp_path):
    me = UserFactory()
    settings.PRIVATE_ROOT.mkdir(parents=True)
    with (tmp_path / "large").open("w+b") as file:
        file.truncate(200_000)
        with room_for(100_000), pytest.raises(OSError, match="File too large"):
            files.store_stream("private:exports/half.zip", file)
    assert stored() == []
    assert services.prepare(export_id=services.ask(user=me).pk)
