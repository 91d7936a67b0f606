"""Everything at once, and then the counters."""

from contextlib import suppress
from importlib import import_module
from io import StringIO
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from matching import services
from matching.counters import check_counters
from matching.models import Match
from matching.tasks import repair_counters
from matching.tests.factories import matched
from messaging import services as messaging
from messaging.models import Conversation, Message, Participant
from messaging.tests.factories import say, sides_of
from profiles.models import Profile
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.problems import Problem

pytestmark = pytest.mark.django_db


def command(*args):
    out = StringIO()
    call_command("check_counters", *args, stdout=out)
    return out.getvalue()


def spoil():
    match = matched()
    say(sides_of(match.conversation)[0])
    Profile.objects.filter(pk=match.low_id).update(photo_count=5)
    Participant.objects.filter(profile=match.low_id).update(match_id=uuid4(), unread_count=3)
    return {
        "messaging_participant.match_id": 1,
        "messaging_participant.unread_count": 1,
        "profiles_profile.photo_count": 1,
    }


def test_what_services_write_agrees():
    say(sides_of(matched().conversation)[0])
    assert command() == "Everything agrees.\n"


def test_the_command_finds_and_repairs():
    wrong = spoil()
    lines = "".join(f"{name}: {number} wrong\n" for name, number in sorted(wrong.items()))
    with pytest.raises(CommandError, match="--repair"):
        command()
    assert check_counters(repair=False) == wrong
    assert command("--repair") == f"{lines}Repaired.\n"
    assert command() == "Everything agrees.\n"


def test_a_daily_job_repairs():
    spoil()
    repair_counters()
    assert check_counters(repair=False) == {}


def test_a_row_of_the_inbox_names_its_match_and_ends_with_it():
    match = matched()
    sides = Participant.objects.filter(conversation=match.conversation_id)
    assert set(sides.values_list("match_id", "closed_at")) == {(match.pk, None)}
    services.unmatch(match=match, by=match.low)
    closed_at = Conversation.objects.get().closed_at
    assert set(sides.values_list("match_id", "closed_at")) == {(match.pk, closed_at)}
    assert Match.objects.get().ended_at == closed_at


def test_rows_of_an_older_release_are_filled():
    for _ in range(5):
        match = matched()
        me, other = sides_of(match.conversation)
        say(me)
        messaging.mark_read(participant=other, position=1)
    services.unmatch(match=match, by=match.low)
    rows = list(Participant.objects.order_by("pk").values())
    Participant.objects.update(
        match_id=None, last_message=None, closed_at=None,
        other_read_position=0, other_delivered_position=0,
    )  # fmt: skip
    migration = import_module("messaging.migrations.0006_fill_inbox_lines")
    migration.BATCH = 2
    migration.fill(None, SimpleNamespace(connection=connection))
    assert list(Participant.objects.order_by("pk").values()) == rows
    assert check_counters(repair=False) == {}


def ignoring_refusals(*steps):
    """One after the other; what others did first may forbid any of them."""

    def run():
        for step in steps:
            with suppress(Problem):
                step()

    return run


def edit_latest(side):
    mine = Message.objects.filter(conversation=side.conversation_id, sender=side.profile_id)
    for message in mine.order_by("-position")[:2]:
        messaging.edit(message=message, body="Otherwise")


def unsend_latest(side):
    mine = Message.objects.filter(conversation=side.conversation_id, sender=side.profile_id)
    for message in mine.order_by("-position")[:2]:
        messaging.unsend(message=message)


@pytest.mark.requirement("R7.4", "R7.7", "P7")
@pytest.mark.django_db(transaction=True)
def test_after_everything_happened_at_once_all_counters_are_right(in_parallel):
    for round_ in range(6):
        match = matched()
        me, other = sides_of(match.conversation)
        for side in (me, other):
            say(side)
        ends = [lambda match=match: services.unmatch(match=match, by=match.low)] * (round_ % 2)
        outcomes = in_parallel(
            *(
                ignoring_refusals(*(step for _ in range(3) for step in steps))
                for side in (me, other)
                for steps in (
                    [lambda s=side: say(s)],
                    [
                        lambda s=side: messaging.mark_read(participant=s, position=2),
                        lambda s=side: messaging.mark_read(participant=s, position=99),
                    ],
                    [lambda s=side: edit_latest(s), lambda s=side: unsend_latest(s)],
                    [lambda s=side: messaging.delete_for_me(participant=s)],
                    [
                        lambda s=side: messaging.acknowledge(
                            user_id=s.profile.user_id, position=2**40
                        )
                    ],
                )
            ),
            *(ignoring_refusals(end) for end in ends),
        )
        assert outcomes == [None] * len(outcomes)
        assert check_counters(repair=False) == {}


@pytest.mark.django_db(transaction=True)
def test_people_who_like_pass_and_part_at_once_leave_counters_right(in_parallel):
    a, b = ProfileFactory(), ProfileFactory()
    for _ in range(5):
        in_parallel(
            ignoring_refusals(lambda: services.like(liker=a, liked=b)),
            ignoring_refusals(lambda: services.like(liker=b, liked=a)),
            ignoring_refusals(lambda: services.pass_on(passer=a, passed=b)),
            ignoring_refusals(lambda: services.unlike(liker=b, liked=a)),
            ignoring_refusals(lambda: services.part(profile=a, other=b)),
        )
        assert check_counters(repair=False) == {}
        assert Match.objects.active().count() <= 1
