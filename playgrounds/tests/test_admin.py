import json
import re
from html import unescape

import pytest
from django.contrib.gis.geos import Point

from accounts.tests.factories import UserFactory
from playgrounds.models import Favorite, Playground, Review
from playgrounds.tests.factories import FavoriteFactory, PlaygroundFactory, ReviewFactory
from pupmatch.lib.tests.admin_pages import (
    PROBE,
    address,
    cannot_be_changed,
    filters_answer,
    list_costs_the_same,
    models_of,
    opens,
    staff,
    superuser,
)

pytestmark = pytest.mark.django_db

MAKERS = {Playground: PlaygroundFactory, Favorite: FavoriteFactory, Review: ReviewFactory}
each_model = pytest.mark.parametrize("model", MAKERS)
FORM = {
    "name": "Dog run",
    "place": "Ballard",
    "description": "",
    "features": ["fenced", "water"],
    "location_latitude": "47.6688",
    "location_longitude": "-122.3847",
    "attribution": "",
}


def test_no_model_is_forgotten():
    assert models_of("playgrounds") == set(MAKERS)


@each_model
def test_every_page_opens(model):
    opens(superuser(), MAKERS[model]())


@each_model
def test_every_filter_answers(model):
    filters_answer(superuser(), model)


@each_model
def test_a_list_costs_the_same_for_one_row_and_for_twenty(model):
    list_costs_the_same(superuser(), MAKERS[model])


@each_model
def test_who_may_only_look_changes_nothing(model):
    cannot_be_changed(staff(), MAKERS[model]())


def test_nobody_changes_favourites():
    cannot_be_changed(superuser(), FavoriteFactory())


def test_staff_add_a_playground_by_a_click():
    answer = superuser().post(address(Playground, "add"), FORM)
    assert answer.status_code == 302
    playground = Playground.objects.get()
    assert playground.location == Point(-122.3847, 47.6688, srid=4326)
    assert playground.features == ["fenced", "water"]
    assert (playground.source, playground.created_by) == ("", None)


def test_staff_move_a_playground_and_nothing_else_changes():
    owner = UserFactory()
    playground = PlaygroundFactory(created_by=owner, features=["fenced", "water"])
    answer = superuser().post(
        address(playground, "change"),
        {**FORM, "name": playground.name, "place": "", "source": "forged", "source_id": "1"},
    )
    assert answer.status_code == 302
    playground.refresh_from_db()
    assert playground.location.coords == (-122.3847, 47.6688)
    assert (playground.source, playground.source_id, playground.created_by) == ("", "", owner)


@pytest.mark.parametrize(
    "changed",
    [
        {"location_latitude": "91"},
        {"location_latitude": "SRID=4326;POINT(1 1)"},
        {"location_longitude": ""},
        {"features": ["lasers"]},
        {"name": "   "},
    ],
)
def test_what_the_table_forbids_is_told_in_the_form(changed):
    answer = superuser().post(address(Playground, "add"), {**FORM, **changed})
    assert answer.status_code == 200
    assert answer.context["errors"]
    assert not Playground.objects.exists()


def test_saving_an_unchanged_page_keeps_the_point_to_the_last_digit():
    exact = Point(-122.30161234567891, 47.621441234567895, srid=4326)
    playground = PlaygroundFactory(location=exact)
    client = superuser()
    page = client.get(address(playground, "change")).content.decode()
    numbers = {
        name: re.search(rf'name="{name}" value="([^"]+)"', page)[1]
        for name in ("location_latitude", "location_longitude")
    }
    client.post(address(playground, "change"), {**FORM, **numbers})
    playground.refresh_from_db()
    assert playground.location == exact


def test_who_may_only_look_sees_the_place_on_a_map():
    playground = PlaygroundFactory()
    page = staff().get(address(playground, "change")).content.decode()
    assert "data-editable" not in page
    shapes = page.split('data-shapes="')[1].split('"')[0]
    geometry = json.loads(unescape(shapes))["features"][0]["geometry"]
    assert geometry == {"type": "Point", "coordinates": list(playground.location.coords)}
    assert "vendor/openlayers/ol.js" in page


def test_the_page_asks_nobody_else_for_anything():
    page = superuser().get(address(PlaygroundFactory(), "change")).content.decode()
    for mark in ('src="http', "src='http", '<link href="http', "openstreetmap"):
        assert mark not in page


def test_names_are_text():
    playground = PlaygroundFactory(name=PROBE, place=PROBE)
    client = superuser()
    for path in (
        address(Playground, "changelist"),
        address(playground, "change"),
        address(playground, "delete"),
        address(FavoriteFactory(playground=playground), "change"),
        address(Favorite, "changelist"),
    ):
        page = client.get(path).content.decode()
        assert PROBE not in page
        assert "&lt;script&gt;" in page


def test_playgrounds_are_found_by_name_and_place_however_they_are_written():
    playground = PlaygroundFactory(name="Magnuson Off-Leash Area", place="Sand Point")
    PlaygroundFactory()
    client = superuser()
    for text in ("MAGNUSON", "sand point", "leash", str(playground.pk)):
        page = client.get(address(Playground, "changelist"), {"q": text})
        assert list(page.context["cl"].queryset) == [playground], text


@pytest.mark.parametrize("query", ["location__dwithin=0", "location__bboverlaps=POINT(1 1)"])
def test_nobody_sends_a_shape_to_the_database(query):
    assert staff().get(f"{address(Playground, 'changelist')}?{query}").status_code == 400


def test_deleting_a_playground_takes_it_off_the_favourites():
    favorite = FavoriteFactory()
    client = superuser()
    assert client.post(address(favorite.playground, "delete"), {"post": "yes"}).status_code == 302
    assert not Favorite.objects.exists()
    assert not Playground.objects.exists()
