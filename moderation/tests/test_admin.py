"""What every list of the admin is asked, of the desk's."""

import pytest

from moderation import appeals
from moderation.models import Appeal, Case, Decision, Evidence, EvidenceFile, Note, Report
from moderation.tests.desk import decided, dog
from moderation.tests.factories import ReportFactory
from pupmatch.lib.tests.admin_pages import (
    cannot_be_changed,
    filters_answer,
    list_costs_the_same,
    models_of,
    opens,
    superuser,
)

pytestmark = pytest.mark.django_db


def a_decision() -> Decision:
    return decided(dog(), "warn")


def an_appeal() -> Appeal:
    decision = a_decision()
    assert decision.person is not None
    return appeals.appeal(decision=decision, by_person=decision.person, text="It was not me.")


MAKERS = {
    Case: lambda: ReportFactory().case,
    Report: ReportFactory,
    Decision: a_decision,
    Appeal: an_appeal,
}
each_model = pytest.mark.parametrize("model", MAKERS, ids=lambda model: model._meta.model_name)


def test_no_model_is_forgotten():
    # These are on the page of their case.
    assert models_of("moderation", but={Evidence, EvidenceFile, Note}) == set(MAKERS)


@each_model
def test_every_page_opens(model):
    opens(superuser(), MAKERS[model]())


@each_model
def test_every_filter_answers(model):
    filters_answer(superuser(), model)


@each_model
def test_a_list_costs_the_same_for_one_row_and_for_twenty(model):
    list_costs_the_same(superuser(), MAKERS[model], rows=8)


@each_model
def test_nothing_is_changed_by_hand(model):
    cannot_be_changed(superuser(), MAKERS[model]())
