"""What people think of places, and how it is counted."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts import standing
from accounts.credentials import remove_account
from accounts.refusals import AccountBanned, AccountSuspended, SignInEnded
from accounts.tests.factories import UserFactory
from playgrounds import holding, services
from playgrounds.counters import REVIEWS
from playgrounds.models import Playground, Review
from playgrounds.serializers import PlaygroundSerializer
from playgrounds.tests.factories import PlaygroundFactory, ReviewFactory
from pupmatch.lib.problems import NotFound
from screening.models import Finding

pytestmark = pytest.mark.django_db


def write(user, playground, stars=4, text=""):
    return services.write_review(user=user, playground_id=playground.pk, stars=stars, text=text)


def figures(playground):
    playground.refresh_from_db()
    return playground.stars, playground.reviews_count


def are_right() -> bool:
    return not REVIEWS.check(repair=False)


def test_a_review_is_written_once_and_then_changed():
    user, playground = UserFactory(), PlaygroundFactory()
    first, is_new = write(user, playground, 2, "Muddy.")
    assert is_new
    second, is_new = write(user, playground, 5)
    assert not is_new
    assert second.pk == first.pk
    review = Review.objects.get()
    assert (review.stars, review.text) == (5, "")
    assert review.created_at < review.updated_at
    assert figures(playground) == (5.0, 1)


def test_the_mean_is_told_to_one_decimal():
    playground = PlaygroundFactory()
    assert figures(playground) == (None, 0)
    for stars, mean in [(5, 5.0), (4, 4.5), (4, 4.3), (1, 3.5)]:
        write(UserFactory(), playground, stars)
        assert figures(playground)[0] == mean
    assert figures(playground) == (3.5, 4)


def test_the_database_and_python_round_alike():
    Playground.objects.bulk_create(
        PlaygroundFactory.build(reviews_count=count, stars_total=total)
        for count in range(26)
        for total in range(count, 5 * count + 1)
    )
    mean = PlaygroundSerializer().sql_stars("")
    found = list(Playground.objects.annotate(mean=mean))
    assert len(found) > 1000
    assert [place.mean for place in found] == [place.stars for place in found]


def test_what_is_taken_back_counts_no_more():
    playground = PlaygroundFactory()
    reviews = ReviewFactory.create_batch(2, playground=playground)
    for _ in range(2):
        services.remove_review(user=reviews[0].user, playground_id=playground.pk)
        assert figures(playground) == (4.0, 1)
    services.remove_review(user=reviews[1].user, playground_id=playground.pk)
    assert figures(playground) == (None, 0)
    playground.delete()
    services.remove_review(user=reviews[1].user, playground_id=playground.pk)


def test_nor_does_what_is_held():
    playground = PlaygroundFactory()
    bad = ReviewFactory(playground=playground, stars=1)
    ReviewFactory(playground=playground, stars=5)
    assert figures(playground) == (3.0, 2)
    holding.hold_review(review=bad)
    assert figures(playground) == (5.0, 1)
    holding.release_review(review=bad)
    assert figures(playground) == (3.0, 2)


def test_nor_does_what_people_out_of_use_say_until_they_are_back():
    reviews = ReviewFactory.create_batch(2)
    author = UserFactory()
    for review in reviews:
        write(author, review.playground, 1)
    for out, back in (
        (standing.ban, standing.unban),
        (partial(standing.suspend, until=timezone.now()), standing.unsuspend),
        (standing.deactivate, standing.reactivate),
    ):
        assert [figures(review.playground) for review in reviews] == [(2.5, 2)] * 2
        out(user=author)
        assert [figures(review.playground) for review in reviews] == [(4.0, 1)] * 2
        assert are_right()
        back(user=author)
    assert are_right()


def test_reviews_go_with_their_author_and_their_place(django_capture_on_commit_callbacks):
    playground = PlaygroundFactory()
    going, staying = ReviewFactory.create_batch(2, playground=playground)
    remove_account(user=going.user)
    assert Review.objects.get() == staying
    assert figures(playground) == (4.0, 1)
    playground.delete()
    assert not Review.objects.exists()


def test_many_rows_at_once_are_counted_too():
    playgrounds = PlaygroundFactory.create_batch(3)
    Review.objects.bulk_create(
        Review(user=UserFactory(), playground=playground, stars=number)
        for number, playground in enumerate(playgrounds, 1)
        for _ in range(2)
    )
    assert [figures(each) for each in playgrounds] == [(1.0, 2), (2.0, 2), (3.0, 2)]
    Review.objects.update(stars=5)
    assert [figures(each) for each in playgrounds] == [(5.0, 2)] * 3
    Review.objects.all().delete()
    assert [figures(each) for each in playgrounds] == [(None, 0)] * 3


def test_figures_that_are_wrong_are_found_and_repaired():
    _, wrong = ReviewFactory.create_batch(2)
    assert are_right()
    Playground.objects.filter(pk=wrong.playground_id).update(reviews_count=2, stars_total=9)
    assert REVIEWS.check(repair=True) == {
        "playgrounds_playground.reviews_count": 1,
        "playgrounds_playground.stars_total": 1,
    }
    assert are_right()
    assert figures(wrong.playground) == (4.0, 1)


def test_who_was_banned_writes_nothing():
    banned, suspended, closed = UserFactory.create_batch(3)
    standing.ban(user=banned)
    standing.suspend(user=suspended, until=timezone.now() + timedelta(days=1))
    standing.deactivate(user=closed)
    playground = PlaygroundFactory()
    for user, refusal in [
        (banned, AccountBanned),
        (suspended, AccountSuspended),
        (closed, SignInEnded),
    ]:
        with pytest.raises(refusal):
            write(user, playground)
        with pytest.raises(refusal):
            services.add_playground(user=user, name="x", location=playground.location)
    assert not Review.objects.exists()


def test_who_is_gone_writes_nothing():
    user, playground = UserFactory(), PlaygroundFactory()
    type(user).objects.all().delete()
    with pytest.raises(SignInEnded):
        write(user, playground)
    with pytest.raises(NotFound):
        write(UserFactory(), PlaygroundFactory.build())


def test_words_are_looked_at_when_they_are_new():
    user, playground = UserFactory(), PlaygroundFactory()
    review, _ = write(user, playground, 1, "Better: https://other.example")
    assert review.is_held
    finding = Finding.objects.get()
    assert (finding.subject_type, finding.subject_id) == ("review", review.pk)
    assert figures(playground) == (None, 0)
    review, _ = write(user, playground, 2, "Better: https://other.example")
    assert review.is_held
    assert Finding.objects.count() == 1
    review, _ = write(user, playground, 2, "Muddy.")
    assert not review.is_held
    assert figures(playground) == (2.0, 1)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"stars": 0}, "review_stars"),
        ({"stars": 6}, "review_stars"),
        ({"text": "x" * 1001}, "review_text_length"),
    ],
)
def test_the_database_refuses_what_is_no_review(fields, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        ReviewFactory(**fields)


def test_the_database_refuses_a_second_one():
    review = ReviewFactory()
    with pytest.raises(IntegrityError, match="review_once"):
        ReviewFactory(user=review.user, playground=review.playground)


def test_the_database_refuses_figures_that_no_reviews_make():
    playground = PlaygroundFactory()
    for count, total in [(1, 6), (2, 1), (0, 1)]:
        with (
            pytest.raises(IntegrityError, match="playground_stars_of_reviews"),
            transaction.atomic(),
        ):
            Playground.objects.filter(pk=playground.pk).update(
                reviews_count=count, stars_total=total
            )


# --- At once --------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_several_at_once_from_one_person_are_one(in_parallel):
    user, playground = UserFactory(), PlaygroundFactory()
    outcomes = in_parallel(*(partial(write, user, playground, stars) for stars in (1, 2, 3, 4)))
    assert sum(is_new for _, is_new in outcomes) == 1
    assert figures(playground) == (float(Review.objects.get().stars), 1)


@pytest.mark.django_db(transaction=True)
def test_several_at_once_from_many_people_all_count(in_parallel):
    playground, people = PlaygroundFactory(), UserFactory.create_batch(6)
    in_parallel(*(partial(write, user, playground, 5) for user in people))
    assert figures(playground) == (5.0, 6)


@pytest.mark.django_db(transaction=True)
def test_writing_holding_banning_and_leaving_do_not_break_each_other(in_parallel):
    for _ in range(8):
        playgrounds = PlaygroundFactory.create_batch(2)
        writer, banned, leaver = UserFactory.create_batch(3)
        reviews = [
            ReviewFactory(user=user, playground=playground)
            for playground in playgrounds
            for user in (banned, leaver)
        ]
        outcomes = in_parallel(
            partial(write, writer, playgrounds[0], 1),
            partial(write, banned, playgrounds[1], 1),
            partial(standing.ban, user=banned),
            partial(holding.hold_review, review=reviews[0]),
            partial(services.remove_review, user=leaver, playground_id=playgrounds[0].pk),
            partial(remove_account, user=leaver),
        )
        broken = [
            each
            for each in outcomes
            if isinstance(each, Exception) and not isinstance(each, AccountBanned)
        ]
        assert broken == []
        assert are_right()
        assert figures(playgrounds[0]) == (1.0, 1)
        assert figures(playgrounds[1]) == (None, 0)


@pytest.mark.django_db(transaction=True)
def test_a_review_and_the_removal_of_its_place_do_not_break_each_other(in_parallel):
    for _ in range(8):
        creator, author = UserFactory.create_batch(2)
        playground = PlaygroundFactory(created_by=creator)
        removed, written = in_parallel(
            partial(services.remove_playground, playground_id=playground.pk, user=creator),
            partial(write, author, playground),
        )
        assert removed is None
        assert isinstance(written, tuple | NotFound)
        assert not Review.objects.exists()


def test_finding_the_reviews_of_a_place_reads_them_alone():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    rows = Review.objects.filter(playground=PlaygroundFactory()).order_by("-id")
    assert "reviews_of_playground" in rows.explain()
