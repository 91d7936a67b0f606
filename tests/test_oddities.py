"""Requests that an attack found a way through with."""

import pytest
from django.test import RequestFactory

from accounts.tests.factories import UserFactory
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.requests import Utf8Request

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("header", ["a/b; x*=foo''y", "application/json; charset*=idna''%ff"])
def test_a_content_type_that_cannot_be_read_is_none(header):
    environ = {**RequestFactory().get("/api/v1/deck").environ, "CONTENT_TYPE": header}
    assert Utf8Request(environ).content_type == ""


@pytest.mark.parametrize("name", ["a" * 300, "photos/" + "a/" * 3000])
def test_a_name_that_no_file_system_takes_is_not_found(api, name):
    assert api.get(f"/media/{name}").status_code == 404


@pytest.mark.parametrize("path", ["/api/docs", "/api/v1/schema"])
def test_the_documentation_answers_get_alone(api, path):
    assert api.options(path).status_code == 405
    assert api.get(path).status_code == 200


def test_a_body_of_no_announced_length_is_refused(api):
    answer = api.post("/api/v1/auth/token", {}, headers={"transfer-encoding": "chunked"})
    assert (answer.status_code, answer.json()["code"]) == (411, "length_required")


@pytest.mark.parametrize("query", ["sex__regex=(", "sex__range=1", "size__unaccent=x"])
def test_the_admins_filters_take_no_other_lookup(client, query):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    assert client.get(f"/admin/profiles/profile/?{query}").status_code == 400
    assert client.get("/admin/profiles/profile/?sex__exact=male").status_code == 200


def test_the_admins_search_over_everything_is_not_there(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    assert client.get("/admin/search/?s=a&page=99999999999").status_code == 404


def test_the_admin_refuses_a_breed_that_is_no_id(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    dog = ProfileFactory()
    page = client.post(f"/admin/profiles/profile/{dog.pk}/change/", {"name": "Rex", "breed": "x"})
    assert page.status_code == 200
    assert "is not a valid UUID" in page.content.decode()
    assert type(dog).objects.get(pk=dog.pk).name != "Rex"
