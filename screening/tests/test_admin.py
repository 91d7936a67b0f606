import pytest
from django.urls import reverse

from pupmatch.lib.models import AuditEntry
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
from screening.models import BannedMark, Finding, Opener, Term
from screening.tests.factories import finding, mark, term

pytestmark = pytest.mark.django_db

MAKERS = {Term: term, Finding: finding, BannedMark: mark}
each_model = pytest.mark.parametrize("model", MAKERS)
FORM = {"text": "Wire  the money", "response": "hold", "in_openers": "on", "note": "Met in May."}


def test_no_model_is_forgotten():
    assert models_of("screening", but=[Opener]) == set(MAKERS)


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


@pytest.mark.parametrize("model", [Finding, BannedMark])
def test_nobody_changes_what_the_product_writes(model):
    cannot_be_changed(superuser(), MAKERS[model]())


def test_a_mark_does_not_show_its_hash():
    row, client = mark(), superuser()
    for page in (address(BannedMark, "changelist"), address(row, "change")):
        assert row.digest not in client.get(page).content.decode()


def test_staff_keep_the_list():
    client = staff(
        "screening.view_term",
        "screening.add_term",
        "screening.change_term",
        "screening.delete_term",
    )
    before = AuditEntry.objects.count()
    assert client.post(address(Term, "add"), FORM).status_code == 302
    row = Term.objects.get(note="Met in May.")
    assert (row.text, row.response) == ("Wire the money", "hold")
    assert (row.in_profiles, row.in_openers) == (False, True)
    changed = {**FORM, "response": "flag"}
    assert client.post(address(row, "change"), changed).status_code == 302
    row.refresh_from_db()
    assert row.response == "flag"
    assert client.post(address(row, "delete"), {"post": "yes"}).status_code == 302
    assert not Term.objects.filter(pk=row.pk).exists()
    assert AuditEntry.objects.count() >= before + 3


@pytest.mark.parametrize(
    ("text", "error"),
    [("BITCOIN", "This is on the list."), ("!!!", "signs alone"), ("", "required")],
)
def test_what_cannot_be_on_the_list(text, error):
    page = superuser().post(address(Term, "add"), {**FORM, "text": text})
    assert page.status_code == 200
    assert error in page.content.decode()


def test_the_list_is_found_by_a_part_of_a_word():
    term("mountain of bones")
    page = superuser().get(address(Term, "changelist"), {"q": "TAIN OF"})
    assert page.context["cl"].result_count == 1


def test_what_was_written_does_not_run():
    row = finding(detail=PROBE)
    term(PROBE)
    client = superuser()
    for page in (
        address(Finding, "changelist"),
        address(row, "change"),
        address(Term, "changelist"),
    ):
        assert PROBE not in client.get(page).content.decode()


def test_a_finding_leads_to_its_person():
    row = finding()
    page = superuser().get(address(Finding, "changelist")).content.decode()
    assert reverse("admin:accounts_user_change", args=[row.user_id]) in page
