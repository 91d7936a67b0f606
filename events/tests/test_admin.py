import pytest

from events.models import Stream
from events.tests.people import happen, person
from pupmatch.lib.tests.admin_pages import (
    address,
    cannot_be_changed,
    filters_answer,
    list_costs_the_same,
    opens,
    superuser,
)

pytestmark = pytest.mark.django_db


def stream():
    owner = person()
    happen("message.created", "match.ended", to=[owner])
    return Stream.objects.get(user=owner)


def test_every_page_opens():
    opens(superuser(), stream())


def test_every_filter_answers():
    filters_answer(superuser(), Stream)


def test_a_list_costs_the_same_for_one_row_and_for_twenty():
    list_costs_the_same(superuser(), stream)


def test_nobody_changes_what_happened():
    cannot_be_changed(superuser(), stream())


def test_the_page_shows_the_latest_events():
    page = superuser().get(address(stream(), "change")).content.decode()
    assert page.index("match.ended") < page.index("message.created")


def test_a_stream_is_found_by_its_owners_address():
    wanted, _ = stream(), stream()
    page = superuser().get(address(Stream, "changelist"), {"q": wanted.user.email})
    assert list(page.context["cl"].result_list) == [wanted]
