from functools import partial

import pytest
from django.utils import timezone

from accounts.models import Block
from accounts.tests.factories import SessionFactory, UserFactory
from matching.models import Match
from matching.tests.factories import matched
from messaging.tests.factories import say, sides_of
from moderation.models import Case, Evidence, Reason, Report, Subject
from moderation.models.cases import Severity
from moderation.reporting import report
from moderation.tests.factories import CaseFactory
from playgrounds.tests.factories import PlaygroundFactory
from profiles.tests.factories import ProfileFactory

pytestmark = pytest.mark.django_db


def somebody():
    """Whose reports weigh 1."""
    return UserFactory(email_verified_at=timezone.now())


def about(profile, reporter=None, reason=Reason.SPAM, **kwargs):
    return report(
        reporter=reporter or somebody(),
        subject_type=Subject.PROFILE,
        subject_id=profile.pk,
        reason=reason,
        **kwargs,
    )


def test_reports_about_one_person_gather_in_one_case():
    match = matched()
    other = match.high
    message = say(sides_of(match.conversation)[1])
    about(other, reason=Reason.NOT_A_DOG)
    report(
        reporter=match.low.user,
        subject_type=Subject.MESSAGE,
        subject_id=message.pk,
        reason=Reason.ANIMAL_CRUELTY,
        text="Look at this.",
    )
    place = PlaygroundFactory(created_by=other.user, source="", source_id="")
    report(
        reporter=somebody(),
        subject_type=Subject.PLAYGROUND,
        subject_id=place.pk,
        reason=Reason.FAKE,
    )
    case = Case.objects.get()
    assert (case.about, case.severity) == (other.user, Severity.CRITICAL)
    assert (case.report_count, case.weight) == (3, 3)
    assert Evidence.objects.count() == 3
    assert case.reports.get(subject_type=Subject.MESSAGE).text == "Look at this."


def test_a_place_that_is_nobodys_has_a_case_of_its_own():
    place = PlaygroundFactory()
    for _ in range(2):
        report(
            reporter=UserFactory(),
            subject_type=Subject.PLAYGROUND,
            subject_id=place.pk,
            reason=Reason.OTHER,
        )
    case = Case.objects.get()
    assert (case.about, case.playground_id, case.report_count) == (None, place.pk, 2)


def test_a_report_is_made_once_while_it_waits():
    other, me = ProfileFactory(), UserFactory()
    first, is_new = about(other, me)
    assert is_new
    assert about(other, me, reason=Reason.SCAM) == (first, False)
    assert Case.objects.get().report_count == 1
    first.case.closed_at = first.created_at
    first.case.save()
    Report.objects.update(outcome=Report.Outcome.DISMISSED, decided_at=first.created_at)
    again, is_new = about(other, me)
    assert is_new
    assert again.case != first.case


def test_reporting_blocks_on_request():
    match = matched()
    me, other = match.low, match.high
    message = say(sides_of(match.conversation)[1])
    for _ in range(2):
        made, _ = report(
            reporter=me.user,
            subject_type=Subject.MESSAGE,
            subject_id=message.pk,
            reason=Reason.HARASSMENT,
            block=True,
        )
    assert Block.objects.get().blocked == other.user
    assert not Match.objects.active().exists()
    assert made.evidence.content["subject"]["body"] == message.body


def test_blocking_with_a_later_repetition():
    other, me = ProfileFactory(), UserFactory()
    about(other, me)
    about(other, me, block=True)
    assert Block.objects.get().blocker == me


@pytest.mark.django_db(transaction=True)
def test_twenty_reports_at_once_make_one_case_that_counts_them_all(in_parallel):
    other = ProfileFactory()
    people = [ProfileFactory().user for _ in range(20)]
    results = in_parallel(*(partial(about, other, person) for person in people))
    assert all(is_new for _, is_new in results)
    case = Case.objects.get()
    assert (case.report_count, case.weight) == (20, 20)
    assert Evidence.objects.count() == 20


@pytest.mark.django_db(transaction=True)
def test_one_report_sent_twice_at_once_is_one(in_parallel):
    for _ in range(5):
        other, me = ProfileFactory(), UserFactory()
        results = in_parallel(*[partial(about, other, me, block=True)] * 3)
        assert sorted(is_new for _, is_new in results) == [False, False, True]
    assert set(Case.objects.values_list("report_count", flat=True)) == {1}


@pytest.mark.django_db(transaction=True)
def test_reports_in_both_directions_with_blocks_cross_without_a_deadlock(in_parallel):
    for _ in range(10):
        match = matched()
        results = in_parallel(
            partial(about, match.low, match.high.user, block=True),
            partial(about, match.high, match.low.user, block=True),
        )
        assert [is_new for _, is_new in results] == [True, True]
    assert Block.objects.count() == 20


# --- Weight ---------------------------------------------------------------------------------------


def settled(reporter, outcome, number):
    for _ in range(number):
        about(ProfileFactory(), reporter)
    waiting = Report.objects.filter(reporter=reporter, outcome=Report.Outcome.WAITING)
    waiting.update(outcome=outcome, decided_at="2026-01-01T00:00Z")


@pytest.mark.parametrize(
    ("acted", "dismissed", "weight"),
    [(0, 0, 1), (1, 0, 4 / 3), (0, 1, 2 / 3), (3, 3, 1), (0, 18, 0.1), (18, 0, 1.9)],
)
def test_a_reporters_record_weighs_the_report(acted, dismissed, weight):
    me = somebody()
    settled(me, Report.Outcome.ACTED, acted)
    settled(me, Report.Outcome.DISMISSED, dismissed)
    made, _ = about(ProfileFactory(), me)
    assert made.weight == pytest.approx(weight)
    assert made.case.weight == made.weight


def test_reports_in_one_case_count_once_in_a_record():
    me, other = somebody(), ProfileFactory()
    about(other, me)
    for photo in other.photos.all():
        report(reporter=me, subject_type=Subject.PHOTO, subject_id=photo.pk, reason=Reason.FAKE)
    Report.objects.update(outcome=Report.Outcome.ACTED, decided_at="2026-01-01T00:00Z")
    assert about(ProfileFactory(), me)[0].weight == pytest.approx(4 / 3)


def test_one_person_never_weighs_as_much_as_two():
    me, other = somebody(), ProfileFactory(photos=6)
    weights = [about(other, me)[0].weight]
    for photo in other.photos.all():
        made, _ = report(
            reporter=me, subject_type=Subject.PHOTO, subject_id=photo.pk, reason=Reason.FAKE
        )
        weights.append(made.weight)
    assert weights == [1 / 2**n for n in range(7)]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({"device_id": "0f0e0d0c-0000-4000-8000-000000000001"},) * 2,
        ({"ip_address": "198.51.100.7"},) * 2,
        ({"ip_address": "2001:db8:1:2::5"}, {"ip_address": "2001:db8:1:2:ffff::9"}),
        ({"ip_address": "2001:db8:1::5"}, {"ip_address": "2001:db8:1:ffff::5"}),
    ],
)
def test_accounts_on_one_device_or_network_weigh_less_together(one, two):
    other = ProfileFactory()
    people = [somebody() for _ in range(4)]
    defaults = [{"ip_address": f"192.0.2.{n}"} for n in range(4)]
    SessionFactory(user=people[0], **{**defaults[0], **one})
    SessionFactory(user=people[1], **{**defaults[1], **two})
    SessionFactory(user=people[2], **defaults[2])
    SessionFactory(user=people[3], **defaults[3])
    assert [about(other, person)[0].weight for person in people] == [1, 0.5, 1, 1]


@pytest.mark.parametrize("address", ["198.51.100.{}", "2001:db8:{}::5"])
def test_neighbours_are_strangers(address):
    other = ProfileFactory()
    for n in range(2):
        user = SessionFactory(user=somebody(), ip_address=address.format(n)).user
        assert about(other, user)[0].weight == 1


def test_who_shows_neither_an_address_nor_a_dog_weighs_half():
    with_dog, half_a_dog = ProfileFactory().user, ProfileFactory(photos=1).user
    reporters = [somebody(), with_dog, half_a_dog, UserFactory()]
    assert [about(ProfileFactory(), one)[0].weight for one in reporters] == [1, 1, 0.5, 0.5]


def test_accounts_made_by_the_dozen_weigh_less_than_one_person():
    other = ProfileFactory()
    for n in range(12):
        about(other, SessionFactory(ip_address=f"2001:db8:1:{n}::5").user)
    assert Case.objects.get().weight < 1


def test_a_report_of_a_case_that_is_worked_on_joins_it():
    other = ProfileFactory()
    case = CaseFactory(about=other.user, severity=Severity.LOW)
    made, _ = about(other)
    assert made.case == case
