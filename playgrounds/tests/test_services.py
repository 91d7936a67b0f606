from functools import partial

import pytest
from django.contrib.gis.geos import Point

from accounts.tests.factories import UserFactory
from playgrounds import services
from playgrounds.models import MAX_FAVORITES, Favorite, Playground
from playgrounds.services import NotYourPlayground, PlaygroundInUse, TooManyFavorites
from playgrounds.tests.factories import FavoriteFactory, PlaygroundFactory, ReviewFactory
from pupmatch.lib.problems import NotFound


def filled_up(user, number):
    Favorite.objects.bulk_create(
        Favorite(user=user, playground=playground)
        for playground in PlaygroundFactory.create_batch(number)
    )


@pytest.mark.django_db
@pytest.mark.requirement("R9.3", "R9.6")
def test_a_favorite_is_added_and_taken_off_once_or_often():
    user, playground = UserFactory(), PlaygroundFactory()

    for _ in range(2):
        services.add_favorite(user=user, playground_id=playground.pk)
    assert user.favorites.get().playground == playground

    for _ in range(2):
        services.remove_favorite(user=user, playground_id=playground.pk)
    assert not user.favorites.exists()


@pytest.mark.django_db
@pytest.mark.requirement("R9.6")
def test_taking_a_favorite_off_is_nobody_elses_loss():
    playground = PlaygroundFactory()
    mine, other = FavoriteFactory.create_batch(2, playground=playground)
    elsewhere = FavoriteFactory(user=mine.user)

    services.remove_favorite(user=mine.user, playground_id=playground.pk)

    assert set(Favorite.objects.all()) == {other, elsewhere}


@pytest.mark.django_db
def test_the_hundred_and_first_favorite_is_refused():
    user = UserFactory()
    filled_up(user, MAX_FAVORITES)

    with pytest.raises(TooManyFavorites):
        services.add_favorite(user=user, playground_id=PlaygroundFactory().pk)

    kept = user.favorites.first().playground_id
    services.add_favorite(user=user, playground_id=kept)  # repeating one is no further one
    assert user.favorites.count() == MAX_FAVORITES


@pytest.mark.django_db(transaction=True)
def test_parallel_requests_keep_the_limit(in_parallel):
    user = UserFactory()
    filled_up(user, MAX_FAVORITES - 2)
    wanted = PlaygroundFactory.create_batch(6)

    outcomes = in_parallel(
        *(partial(services.add_favorite, user=user, playground_id=each.pk) for each in wanted)
    )

    assert sum(isinstance(outcome, TooManyFavorites) for outcome in outcomes) == 4
    assert outcomes.count(None) == 2
    assert user.favorites.count() == MAX_FAVORITES


@pytest.mark.django_db(transaction=True)
def test_the_same_favorite_twice_at_once_is_one(in_parallel):
    user, playground = UserFactory(), PlaygroundFactory()

    outcomes = in_parallel(
        *[partial(services.add_favorite, user=user, playground_id=playground.pk)] * 4
    )

    assert outcomes == [None] * 4
    assert user.favorites.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_favorite_and_the_removal_of_its_playground_do_not_break_each_other(in_parallel):
    for _ in range(10):
        creator, fan = UserFactory.create_batch(2)
        playground = PlaygroundFactory(created_by=creator)

        removed, added = in_parallel(
            partial(services.remove_playground, playground_id=playground.pk, user=creator),
            partial(services.add_favorite, user=fan, playground_id=playground.pk),
        )

        assert removed is None
        assert added is None or isinstance(added, NotFound)
        assert not Playground.objects.exists()
        assert not Favorite.objects.exists()


@pytest.mark.django_db
def test_only_who_added_a_playground_changes_or_removes_it():
    creator, other = UserFactory.create_batch(2)
    added = services.add_playground(
        user=creator, name="Mine", location=PlaygroundFactory().location
    )
    imported = PlaygroundFactory(source="openstreetmap", source_id="way/1")

    for playground, user in [(added, other), (imported, creator)]:
        with pytest.raises(NotYourPlayground):
            services.change_playground(playground_id=playground.pk, user=user, name="Theirs")
        with pytest.raises(NotYourPlayground):
            services.remove_playground(playground_id=playground.pk, user=user)

    services.change_playground(playground_id=added.pk, user=creator, name="Still mine")
    added.refresh_from_db()
    assert added.name == "Still mine"
    services.remove_playground(playground_id=added.pk, user=creator)
    assert not Playground.objects.filter(pk=added.pk).exists()


RELIANCE = {
    "a favourite": lambda place: FavoriteFactory(playground=place),
    "a review": lambda place: ReviewFactory(playground=place),
}
MOVES = {
    "another name": lambda place: {"name": f"{place.name}!"},
    "a metre": lambda place: {
        "location": Point(place.location.x, place.location.y + 1e-5, srid=4326)
    },
}


@pytest.mark.django_db
@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("reliance", RELIANCE)
def test_what_others_count_on_is_neither_renamed_nor_moved(reliance, move):
    creator = UserFactory()
    place = PlaygroundFactory(created_by=creator)
    FavoriteFactory(user=creator, playground=place)
    ReviewFactory(user=creator, playground=place)
    services.change_playground(playground_id=place.pk, user=creator, **MOVES[move](place))

    row = RELIANCE[reliance](place)
    before = Playground.objects.values().get(pk=place.pk)
    place.refresh_from_db()
    with pytest.raises(PlaygroundInUse):
        services.change_playground(playground_id=place.pk, user=creator, **MOVES[move](place))
    assert Playground.objects.values().get(pk=place.pk) == before

    row.delete()
    services.change_playground(playground_id=place.pk, user=creator, **MOVES[move](place))


@pytest.mark.django_db
def test_a_change_touches_nothing_else():
    creator = UserFactory()
    playground = PlaygroundFactory(created_by=creator, description="Shady.")
    Playground.objects.update(description="Sunny.")  # meanwhile, by another request

    services.change_playground(playground_id=playground.pk, user=creator, name="New")

    playground.refresh_from_db()
    assert (playground.name, playground.description) == ("New", "Sunny.")


@pytest.mark.django_db
def test_what_is_gone_cannot_be_held():
    playground = PlaygroundFactory()
    Playground.objects.all().delete()

    with pytest.raises(NotFound):
        services.hold(playground_id=playground.pk)
    with pytest.raises(NotFound):
        services.add_favorite(user=UserFactory(), playground_id=playground.pk)
