"""Every report, one by one; what is done about them happens in their cases."""

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from moderation.admin.rows import DeskAdmin
from moderation.models import Report
from pupmatch.lib.admin.base import link
from pupmatch.lib.admin.sections import Section
from pupmatch.lib.admin.when import MadeFilter


@admin.register(Report)
class ReportAdmin(DeskAdmin):
    """Reports; each opens in its case, beside its evidence."""

    section = Section.DESK
    icon = "flag"
    person_path = "case__about"
    private = ("text", "reporter")
    list_display = ("created_at", "reason", "subject_type", "outcome", "weight", "of_case")
    list_filter = ("outcome", "reason", "subject_type", MadeFilter)
    search_fields = ("id", "case", "reporter", "subject_id", "reporter__email__startswith")
    search_help_text = "Id of a report, case, reporter or what was reported; reporter's address"
    list_select_related = ("case",)
    fields = (
        ("created_at", "of_case"), ("reason", "weight"), "text", ("subject_type", "subject_id"),
        "reporter", ("outcome", "decided_at"),
    )  # fmt: skip
    explanation = "What it looked like when it was reported is kept in the case."

    @display(description="case")
    def of_case(self, report: Report) -> SafeString:
        """Where it is worked on."""
        return link(report.case)
