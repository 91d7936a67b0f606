"""Nobody undoes a pass, given or received, by removing the dog and making it again."""

from datetime import date, timedelta
from importlib import import_module

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.credentials import remove_account
from matching import services
from matching.models import FormerPass, Match, Pass
from matching.tasks import forget_old_decks
from matching.tests.asking import deck_ids
from matching.tests.factories import PassFactory, matched
from profiles.models import Profile
from profiles.services import create_profile, delete_profile, set_location
from profiles.tests.acts import add
from profiles.tests.factories import ProfileFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def other():
    return ProfileFactory()


def remove(profile):
    delete_profile(profile=profile)
    return profile


def make_again(profile):
    """Another dog of the same account."""
    return create_profile(user=profile.user, name="Rex", birth_date=date(2022, 1, 1))


def decided():
    return set(Pass.objects.values_list("passer", "passed"))


def test_who_was_unmatched_does_not_come_back_into_the_deck(client_for, me, other):
    match = matched(me, other)
    services.unmatch(match=match, by=other)
    remove(me)
    again = make_again(me)
    for _ in range(2):
        add(again)
    set_location(profile=again, point=other.location)
    assert Profile.objects.get(pk=again.pk).is_complete
    assert deck_ids(client_for(other.user)) == []
    client = client_for(me.user)
    assert deck_ids(client) == []
    # As before, whoever ended the match is nobody to them.
    assert client.get(f"/api/v1/profiles/{other.pk}").status_code == 404
    for decision in ("likes", "passes"):
        answer = client.post(f"/api/v1/{decision}", {"profile_id": other.pk})
        assert answer.status_code == 404
    assert client_for(other.user).get(f"/api/v1/profiles/{again.pk}").status_code == 200


def test_passes_of_both_sides_come_back_as_they_were(me, other):
    given = PassFactory(passer=me, passed=other, created_at=timezone.now() - timedelta(days=3))
    PassFactory(passer=other, passed=me)
    PassFactory(passer=other)
    remove(me)
    assert Pass.objects.count() == 1
    again = make_again(me)
    assert decided() >= {(again.pk, other.pk), (other.pk, again.pk)}
    back = Pass.objects.get(passer=again)
    assert (back.pk, back.created_at) == (given.pk, given.created_at)
    assert not FormerPass.objects.exists()


def test_they_wait_until_both_have_a_dog_again(me, other):
    PassFactory(passer=me, passed=other)
    remove(me)
    remove(other)
    mine = make_again(me)
    assert decided() == set()
    theirs = make_again(other)
    assert decided() == {(mine.pk, theirs.pk)}
    remove(mine)
    remove(theirs)
    theirs, mine = make_again(theirs), make_again(mine)
    assert decided() == {(mine.pk, theirs.pk)}


def test_what_was_taken_back_does_not_come_back(me, other):
    PassFactory(passer=me, passed=other)
    remove(me)
    again = make_again(me)
    services.take_back_pass(passer=again, passed=other)
    remove(again)
    make_again(again)
    assert decided() == set()


def test_a_match_that_only_ended_with_the_dog_is_no_pass(me, other):
    matched(me, other)
    remove(me)
    make_again(me)
    assert decided() == set()


@pytest.mark.parametrize("way", ["given", "received"])
def test_after_90_days_they_are_forgotten(me, other, way):
    pair = (me, other) if way == "given" else (other, me)
    PassFactory(passer=pair[0], passed=pair[1])
    remove(me)
    with time_machine.travel(timezone.now()) as clock:
        clock.shift(timedelta(days=89))
        forget_old_decks()
        assert FormerPass.objects.exists()
        clock.shift(timedelta(days=2))
        forget_old_decks()
        assert not FormerPass.objects.exists()
        make_again(me)
    assert decided() == set()


@pytest.mark.parametrize("leaver", ["me", "other"])
def test_with_an_account_they_are_gone(me, other, leaver):
    PassFactory(passer=me, passed=other)
    remove(me)
    remove_account(user={"me": me, "other": other}[leaver].user)
    assert not FormerPass.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_who_come_back_at_once_find_their_pass(self, in_parallel, sized):
        for _ in range(sized(10, 200)):
            a, b = ProfileFactory(), ProfileFactory()
            PassFactory(passer=a, passed=b)
            remove(a)
            remove(b)
            mine, theirs = in_parallel(lambda a=a: make_again(a), lambda b=b: make_again(b))
            assert (mine.pk, theirs.pk) in decided()

    def test_one_comes_back_while_the_other_goes(self, in_parallel, sized):
        """Wherever the two cross, the pass is there for the next dogs."""
        for _ in range(sized(10, 200)):
            a, b = ProfileFactory(), ProfileFactory()
            PassFactory(passer=a, passed=b)
            remove(a)
            mine, gone = in_parallel(lambda a=a: make_again(a), lambda b=b: remove(b))
            assert not isinstance(gone, Exception), gone
            assert not Pass.objects.filter(passer=mine).exists()
            assert (mine.pk, make_again(b).pk) in decided()

    def test_one_comes_back_while_the_others_account_goes(self, in_parallel, sized):
        for _ in range(sized(5, 100)):
            a, b = ProfileFactory(), ProfileFactory()
            PassFactory(passer=a, passed=b)
            PassFactory(passer=b, passed=a)
            remove(a)
            made, _ = in_parallel(
                lambda a=a: make_again(a), lambda b=b: remove_account(user=b.user)
            )
            assert Profile.objects.filter(user=a.user).count() == 1, made
            assert not FormerPass.objects.filter(passer=a.user).exists()
            assert decided() == set()


def _unliked_and_passed_on_by_both():
    """Long after their match, so that either may take the pass back."""
    a, b = ProfileFactory(), ProfileFactory()
    matched(a, b)
    services.unlike(liker=a, liked=b)
    Match.objects.between(a, b).update(ended_at=timezone.now() - timedelta(hours=1))
    services.pass_on(passer=a, passed=b)
    services.pass_on(passer=b, passed=a)


def test_an_update_knows_the_unmatches_of_before(me, other):
    match = matched(me, other)
    services.unmatch(match=match, by=other)
    matched(me, ProfileFactory())
    PassFactory(passer=me)
    _unliked_and_passed_on_by_both()
    Pass.objects.update(is_unmatch=False)
    with connection.cursor() as cursor:
        cursor.execute(import_module("matching.migrations.0008_unmatches_of_before").MARK)
    assert [row.passer for row in Pass.objects.filter(is_unmatch=True)] == [other]
