"""What staff see of exports: that there are some."""

import pytest
from django.urls import reverse

from accounts.tests.factories import UserFactory
from exports import services
from exports.models import Export
from exports.tests.factories import export_of
from pupmatch.lib.tests.admin_pages import (
    address,
    cannot_be_changed,
    list_costs_the_same,
    models_of,
    opens,
    superuser,
)

pytestmark = pytest.mark.django_db

MAKERS = {Export: lambda: services.ask(user=UserFactory())}


def test_no_model_is_forgotten():
    assert models_of("exports") == {Export}


def test_every_page_opens_and_nothing_can_be_changed():
    staff = superuser()
    opens(staff, export_of(UserFactory()))
    cannot_be_changed(staff, export_of(UserFactory()))


def test_a_list_costs_the_same_for_one_row_and_for_twenty():
    list_costs_the_same(superuser(), MAKERS[Export])


def test_staff_see_that_there_is_one_and_no_way_to_it():
    ready, waiting = export_of(UserFactory()), services.ask(user=UserFactory())
    staff = superuser()
    pages = [staff.get(address(Export, "changelist"))]
    pages += [staff.get(address(row, "change")) for row in (ready, waiting)]
    text = "".join(page.content.decode() for page in pages)
    assert "ready" in text
    assert "preparing" in text
    assert ready.name.removeprefix("private:") not in text
    assert reverse("private", args=["x"])[:-1] not in text
