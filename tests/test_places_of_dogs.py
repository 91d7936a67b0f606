"""Staff see the cell that a dog is in, as everybody's distances are made of it, and nothing finer."""

import re

import pytest

from matching.tests.factories import matched
from profiles.cells import cell_of
from profiles.services import set_location
from profiles.tests.factories import ProfileFactory, place
from pupmatch.lib.tests.admin_pages import address, superuser
from tests.staff_pages import pages

pytestmark = pytest.mark.django_db

WHERE_THEY_ARE = (47.612_345, -122.334_567)


def test_no_page_of_the_admin_shows_a_place_finer_than_its_cell():
    dog = ProfileFactory(location=None)
    set_location(profile=dog, point=place(*WHERE_THEY_ARE))
    dog.refresh_from_db()
    matched(dog, ProfileFactory(location=dog.location))
    centre = cell_of(dog.location).centre
    finer = re.compile("|".join(f"{abs(number):.4f}" for number in (*WHERE_THEY_ARE, *centre)))
    client = superuser()
    for path in list(pages()):
        found = finer.search(client.get(path).content.decode(errors="replace"))
        assert not found, (path, found)
    page = client.get(address(dog, "change")).content.decode()
    assert "A cell of about 1.1 km" in page
