"""What a browser may do with our answers."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from pupmatch.lib.policies import FILE, NOTHING
from pupmatch.lib.tests.admin_pages import superuser

pytestmark = pytest.mark.django_db

ANSWERS = ["/api/v1/me", "/api/v1/nowhere", "/health/live", "/nowhere", "/api/v1/schema"]
# A script or a style that stands in the page, an attribute that is one, an address that is one.
IN_THE_PAGE = re.compile(
    r"<script(?![^>]*\ssrc=)|<style|\s(style|on[a-z]+)=[\"']|javascript:", re.I
)


def policy(answer) -> dict[str, str]:
    parts = answer["Content-Security-Policy"].split("; ")
    return {name: rest for name, _, rest in (part.partition(" ") for part in parts)}


@pytest.mark.parametrize("path", ANSWERS)
def test_an_answer_that_is_no_page_may_load_nothing_and_stand_in_no_frame(path: str):
    assert Client().get(path)["Content-Security-Policy"] == NOTHING


def test_a_file_that_was_uploaded_may_do_still_less():
    assert f"{NOTHING}; sandbox" == FILE
    for closed in ("base-uri 'none'", "frame-ancestors 'none'", "form-action 'none'"):
        assert closed in NOTHING


@pytest.mark.parametrize(
    "name", ["admin:index", "admin:login", "docs", "admin:profiles_profile_changelist"]
)
def test_pages_load_what_is_ours_and_run_nothing_that_stands_in_them(name: str):
    answer = (Client() if name in {"docs", "admin:login"} else superuser()).get(reverse(name))
    assert answer.status_code == 200
    said = policy(answer)
    assert said["default-src"] == said["base-uri"] == said["frame-ancestors"] == "'none'"
    assert said["style-src"] == said["connect-src"] == "'self'"
    assert "unsafe-inline" not in answer["Content-Security-Policy"]
    found = IN_THE_PAGE.search(answer.content.decode())
    assert found is None, answer.content.decode()[found.start() - 80 : found.end() + 80]


def test_photos_on_pages_of_staff_come_from_the_host_that_serves_them(settings):
    settings.PHOTO_ORIGINS = ["https://photos.pupmatch.example"]
    # Middleware is made anew with each client.
    said = policy(Client().get(reverse("admin:login")))
    assert said["img-src"] == "'self' data: blob: https://photos.pupmatch.example"


def test_the_documentation_brings_its_script_by_an_address_of_its_own():
    page = Client().get(reverse("docs")).content.decode()
    address = re.search(r'src="([^"]*script=[^"]*)"', page)
    assert address
    script = Client().get(address[1].replace("&amp;", "&"))
    assert script["Content-Type"].startswith("application/javascript")
    assert b"SwaggerUIBundle" in script.content
