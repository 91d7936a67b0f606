from uuid import uuid4

import pytest
from django.utils import timezone

from pupmatch.lib.models import Job
from screening import bans, services
from screening.models import BannedMark, Finding, Response
from screening.tests.factories import somebody, term

pytestmark = pytest.mark.django_db

NUMBER = "206-555-0143"


def look(*texts, place="profile", user=None, subject_id=None, **kwargs):
    return services.look_at_text(
        user_id=(user or somebody()).pk,
        subject_type="prompt",
        subject_id=subject_id or uuid4(),
        texts=list(texts),
        place=place,
        **kwargs,
    )


def gathering():
    return Job.objects.filter(task_name="moderation.tasks.gather_findings").count()


def test_where_nothing_is_found_nothing_is_written():
    assert look("He is 3 and loves balls.", "") is None
    assert not Finding.objects.exists()
    assert gathering() == 0


def test_what_is_found_in_a_profile_is_held_and_told():
    user, subject_id = somebody(), uuid4()
    assert look("How to reach us?", NUMBER, user=user, subject_id=subject_id) == Response.HOLD
    finding = Finding.objects.get()
    assert (finding.user, finding.kind, finding.response) == (user, "contact", "hold")
    assert (finding.subject_type, finding.subject_id) == ("prompt", subject_id)
    assert finding.detail == f"a telephone number: {NUMBER}"
    assert finding.gathered_at is None
    assert gathering() == 1


def test_what_somebody_wrote_to_somebody_is_not_repeated():
    term("ransom")
    assert look(f"Call {NUMBER} about the ransom", place="opener") == Response.FLAG
    details = set(Finding.objects.values_list("kind", "response", "detail"))
    assert details == {("contact", "flag", "a telephone number"), ("term", "flag", "ransom")}


@pytest.mark.parametrize("place", ["profile", "opener"])
@pytest.mark.parametrize(("kind", "text"), [("contact", NUMBER), ("link", "rexpuppies.com")])
@pytest.mark.parametrize("response", ["flag", "hold"])
def test_settings_say_what_follows(settings, place, kind, text, response):
    settings.SCREENING = dict.fromkeys(settings.SCREENING, "flag") | {(place, kind): response}
    assert look(text, place=place) == response


def test_the_strongest_response_counts():
    term("ransom", response=Response.HOLD)
    assert look(f"{NUMBER} ransom", place="opener") == Response.HOLD
    assert sorted(Finding.objects.values_list("response", flat=True)) == ["flag", "hold"]


def test_what_cannot_be_held_is_flagged():
    assert look(NUMBER, can_hold=False)
    assert Finding.objects.get().response == Response.FLAG


def test_each_kind_is_found_once_however_often_it_comes():
    look(f"{NUMBER} or 206-555-0144 or bob@gmail.com, rexpuppies.com, www.example.com")
    assert sorted(Finding.objects.values_list("kind", flat=True)) == ["contact", "link"]


def test_the_same_is_noted_again_only_once_staff_have_seen_it():
    user, subject_id = somebody(), uuid4()
    for _ in "ab":
        look(NUMBER, user=user, subject_id=subject_id)
    assert (Finding.objects.count(), gathering()) == (1, 1)
    Finding.objects.update(gathered_at=timezone.now())
    look(NUMBER, user=user, subject_id=subject_id)
    assert (Finding.objects.count(), gathering()) == (2, 2)


def test_a_detail_is_cut():
    look(f"https://example.com/{'a' * 500}")
    assert len(Finding.objects.get().detail) == 200


def test_what_was_removed_is_held_in_profiles():
    bans.mark(kind=BannedMark.Kind.TEXT, value="Call me about puppies", decision_id=uuid4())
    assert look("Why me?", "call me about PUPPIES!") == Response.HOLD
    finding = Finding.objects.get()
    assert (finding.kind, finding.response, finding.detail) == ("banned_text", "hold", "")
    assert look("Call me about puppies", place="opener") is None


@pytest.mark.parametrize(("place", "queries"), [("profile", 2), ("opener", 1)])
def test_looking_costs_little_where_nothing_is_found(django_assert_num_queries, place, queries):
    user = somebody()
    with django_assert_num_queries(queries):
        look("He is 3 and loves balls.", user=user, place=place)
