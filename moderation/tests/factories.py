"""Reports and cases for tests."""

from typing import Any

import factory
from django.contrib.auth.models import Permission
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import UserFactory
from moderation.casework import open_case, rank
from moderation.models import Case, Evidence, Note, Reason, Report, Subject
from moderation.models.cases import DUE_WITHIN, Severity
from moderation.models.reports import SEVERITIES
from profiles.tests.factories import ProfileFactory


def staff(*permissions: str) -> User:
    """A member of staff who may do these: `staff("work_case", "ban_person")`."""
    user = UserFactory(is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
    return user


class CaseFactory(factory.django.DjangoModelFactory):
    """An open case about somebody with a profile, with nothing in it."""

    class Meta:
        model = Case

    about = factory.LazyFunction(lambda: ProfileFactory().user)
    severity = Severity.NORMAL
    due_at = factory.LazyAttribute(
        lambda case: getattr(case, "opened_at", timezone.now()) + DUE_WITHIN[case.severity]
    )
    ranked_at = factory.LazyAttribute(lambda case: rank(due_at=case.due_at, weight=0))


class ReportFactory(factory.django.DjangoModelFactory):
    """A report of `about`'s profile in their open case; its evidence says next to nothing.

    `about=profile.user` says whom; `moderation.reporting.report` makes the real ones.
    """

    class Meta:
        model = Report
        skip_postgeneration_save = True

    class Params:
        about = factory.LazyFunction(lambda: ProfileFactory().user)

    case = factory.LazyAttribute(
        lambda report: transaction.atomic(open_case)(
            about=report.about, playground_id=None, severity=SEVERITIES[report.reason]
        )
    )
    reporter = factory.SubFactory(UserFactory)
    subject_type = Subject.PROFILE
    subject_id = factory.LazyAttribute(lambda report: report.about.profile.pk)
    reason = Reason.SPAM

    @factory.post_generation
    def evidence(self, create: bool, extracted: dict | None, **content: Any) -> None:
        Evidence.objects.create(
            report=self,
            content=extracted or {"subject": {}, "profile": None, "messages": [], "people": {}},
        )

    @classmethod
    def _create(cls, model_class: type[Report], *args: Any, **kwargs: Any) -> Report:
        report = super()._create(model_class, *args, **kwargs)
        case = report.case
        case.report_count, case.weight = case.report_count + 1, case.weight + report.weight
        case.save(update_fields=["report_count", "weight"])
        return report


class NoteFactory(factory.django.DjangoModelFactory):
    """What a member of staff wrote about a case."""

    class Meta:
        model = Note

    case = factory.SubFactory(CaseFactory)
    author = factory.SubFactory(UserFactory, is_staff=True)
    text = "Seen this before."
