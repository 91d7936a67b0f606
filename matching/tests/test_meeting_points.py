"""Where two who match could meet."""

import itertools
import random

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from matching.meeting_points import FAIREST_FIRST, halfway, meeting_points
from matching.models import Match
from matching.services import unmatch
from matching.tests.factories import matched
from playgrounds.models import Playground
from playgrounds.tests.factories import FavoriteFactory, PlaygroundFactory, point
from profiles.distances import spoken
from profiles.models import Preferences, Profile
from profiles.places import remove_location, set_location
from profiles.tests.factories import ProfileFactory, place
from pupmatch.lib.geo import distance_m
from pupmatch.lib.tests.plans import assert_plan

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R8.4", "R8.5")]

# Eleven kilometres apart.
WEST, EAST = place(47.61, -122.40), place(47.61, -122.25)


def address(match):
    return f"/api/v1/matches/{match.pk}/meeting-points"


@pytest.fixture
def me():
    return ProfileFactory(location=WEST)


@pytest.fixture
def other():
    return ProfileFactory(location=EAST)


@pytest.fixture
def match(me, other):
    return matched(me, other)


def scattered(count, centre=(47.61, -122.33), spread=0.08, seed=1):
    chance = random.Random(seed)
    return Playground.objects.bulk_create(
        Playground(
            name=f"Run {number}",
            location=point(
                centre[0] + chance.gauss(0, spread), centre[1] + 1.5 * chance.gauss(0, spread)
            ),
        )
        for number in range(count)
    )


def everything(client, match, limit=7):
    """All of them, page by page."""
    url, found = f"{address(match)}?limit={limit}", []
    while url:
        page = client.get(url).json()
        found += page["results"]
        url = page["next"]
    return found


def test_by_the_longer_way_then_by_the_difference(client, me, other, match):
    scattered(60)
    middle = halfway(WEST, EAST)
    near = [p for p in Playground.objects.all() if distance_m(p.location, middle) <= 25_000]

    def ways(playground):
        return [distance_m(centre, playground.location) for centre in (WEST, EAST)]

    expected = sorted(near, key=lambda p: (max(ways(p)), abs(ways(p)[0] - ways(p)[1])))
    found = everything(client, match)
    assert [item["id"] for item in found] == [str(p.pk) for p in expected]
    assert len(found) > 20
    for item, playground in zip(found, expected, strict=True):
        mine, theirs = ways(playground)
        assert item["distance"] == spoken(mine, "miles")
        assert item["other_distance"] == spoken(theirs, "miles")
        assert item["distance_m"] is None


def test_a_page_back_is_the_page_that_was(client, match):
    scattered(30)
    first = client.get(f"{address(match)}?limit=5").json()
    second = client.get(first["next"]).json()
    assert client.get(second["previous"]).json()["results"] == first["results"]


def test_each_is_a_playground_as_anywhere(client, me, match):
    favorite = FavoriteFactory(user=me.user, playground__location=halfway(WEST, EAST))
    [item] = client.get(address(match)).json()["results"]
    plain = client.get(f"/api/v1/playgrounds/{favorite.playground_id}").json()
    assert plain == {name: item[name] for name in plain}
    assert set(item) - set(plain) == {"distance", "other_distance"}
    Playground.objects.update(held_at=timezone.now())
    assert client.get(address(match)).json()["results"] == []


def test_both_read_the_same_list_in_their_own_units(client, client_for, other, match):
    Preferences.objects.filter(user=other.user).update(distance_unit="kilometers")
    scattered(12)
    twice = point(47.60, -122.33)
    for _ in range(5):
        PlaygroundFactory(location=twice)
    mine, theirs = (everything(each, match) for each in (client, client_for(other.user)))
    assert [item["id"] for item in mine] == [item["id"] for item in theirs]
    assert {item["other_distance"]["unit"] for item in theirs} == {"kilometers"}
    for one, another in zip(mine, theirs, strict=True):
        assert (
            another["other_distance"]["value"]
            == spoken(metres_to(one, WEST), "kilometers")["value"]
        )


def metres_to(item, centre):
    return distance_m(point(item["location"]["latitude"], item["location"]["longitude"]), centre)


def test_equally_fair_ones_come_in_an_order_that_says_nothing(client, client_for, me):
    """Neither by id nor alike in every match."""
    made = [PlaygroundFactory(location=halfway(WEST, EAST)).pk for _ in range(8)]
    orders = [
        tuple(item["id"] for item in everything(client, matched(me, ProfileFactory(location=EAST))))
        for _ in range(3)
    ]
    assert all(sorted(order) == sorted(map(str, made)) for order in orders)
    assert len({*orders, tuple(map(str, made))}) == 4


@pytest.mark.parametrize("whose", ["mine", "theirs", "theirs, not shown yet"])
def test_without_both_places_there_is_nothing_between(client, me, other, match, whose):
    PlaygroundFactory(location=halfway(WEST, EAST))
    remove_location(profile=me if whose == "mine" else other)
    if whose == "theirs, not shown yet":
        set_location(profile=other, point=EAST)
    answer = client.get(address(match))
    assert (answer.status_code, answer.json()["code"]) == (409, "no_location")


def test_a_move_of_mine_counts_at_once_and_one_of_theirs_once_it_shows(
    client, client_for, me, other, match
):
    scattered(40)
    before = client.get(address(match)).content
    set_location(profile=other, point=place(47.68, -122.30))
    assert client.get(address(match)).content == before
    Profile.objects.filter(pk=other.pk).update(location_shows_at=timezone.now())
    seen = client.get(address(match)).content
    assert seen != before
    set_location(profile=me, point=place(47.55, -122.40))
    assert client.get(address(match)).content != seen
    # And they see me where I was.
    [first, *_] = client_for(other.user).get(address(match)).json()["results"]
    expected = spoken(metres_to(first, WEST), "miles")
    assert first["other_distance"] == expected


HIDES = {
    "an unmatch": lambda me, other, match: unmatch(match=match, by=other),
    "their account": lambda me, other, match: User.objects.filter(pk=other.user_id).update(
        is_active=False
    ),
    "no match of mine": lambda me, other, match: Match.objects.filter(pk=match.pk).update(
        **dict(zip(("low", "high"), sorted(ProfileFactory.create_batch(2), key=id_of), strict=True))
    ),
}


def id_of(profile):
    return profile.pk


@pytest.mark.requirement("P11")
@pytest.mark.parametrize("why", HIDES)
def test_whoever_is_not_matched_learns_nothing(client, client_for, me, other, match, why):
    PlaygroundFactory(location=halfway(WEST, EAST))
    assert client.get(address(match)).status_code == 200
    HIDES[why](me, other, match)
    answer = client.get(address(match))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    # Whether or not there are places to tell of.
    Profile.objects.filter(pk=other.pk).update(location=None, location_shows_at=None)
    assert client.get(address(match)).status_code == 404
    assert client_for(ProfileFactory().user).get(address(match)).status_code == 404


def test_whoever_has_no_dog_is_told_so(client_for, match):
    answer = client_for(User.objects.create(email="none@example.org")).get(address(match))
    assert (answer.status_code, answer.json()["code"]) == (409, "profile_incomplete")


@pytest.mark.parametrize(
    ("here", "there", "middle"),
    [
        ((47.6, -122.3), (47.6, -122.3), (47.6, -122.3)),
        ((-16.8, 179.9), (-16.8, -179.9), (-16.8, 180)),
        ((89.99, 0), (89.99, 180), (90, 0)),
        ((0, -10), (0, 10), (0, 0)),
        ((60, 0), (-60, 180), None),
    ],
)
def test_halfway_is_the_middle_of_the_shortest_way(here, there, middle):
    a, b = point(*here), point(*there)
    found = halfway(a, b)
    assert abs(distance_m(a, found) - distance_m(b, found)) < 0.001
    assert distance_m(a, found) * 2 == pytest.approx(distance_m(a, b), abs=0.001)
    assert middle is None or distance_m(found, point(*middle)) < 50


def test_across_the_antimeridian(client_for):
    a, b = (ProfileFactory(location=place(-16.8, x)) for x in (179.95, -179.95))
    near = PlaygroundFactory(location=point(-16.8, 180))
    PlaygroundFactory(location=point(-16.8, 0))
    [item] = everything(client_for(a.user), matched(a, b))
    assert item["id"] == str(near.pk)
    assert item["distance"]["value"] == item["other_distance"]["value"] == 4


def test_a_page_costs_the_same_for_few_and_for_many(client, match, django_assert_num_queries):
    scattered(5)
    client.get(address(match))
    with django_assert_num_queries(3):
        client.get(address(match))
    scattered(60, seed=2)
    with django_assert_num_queries(3):
        assert len(client.get(f"{address(match)}?limit=50").json()["results"]) == 50


def test_it_is_found_by_place_and_reads_no_table_whole(me, match):
    spread = itertools.product(range(-60, 60, 4), range(-170, 170, 5))
    Playground.objects.bulk_create(
        Playground(name="Far", location=point(lat, lon)) for lat, lon in spread
    )
    scattered(200)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE playgrounds_playground")
    page = meeting_points(match, me).order_by(*FAIREST_FIRST)[:21]
    assert_plan(page, uses="playgrounds_playground_location", small=["playgrounds_favorite"])
