"""Appeals: the oldest first, each decided by somebody who did not decide before."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from unfold.decorators import display

from moderation import appeals
from moderation.admin.forms import AppealForm
from moderation.admin.pages import back, filled, may, needs, page, read_only, staff
from moderation.admin.rows import DeskAdmin
from moderation.models import Appeal
from pupmatch.lib.admin.base import link
from pupmatch.lib.admin.filters import WaitingFirst
from pupmatch.lib.admin.sections import Section


class OutcomeFilter(WaitingFirst):
    """Those that wait, unless others are asked for."""

    title = "outcome"
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        """Beside the default."""
        return [("upheld", "Decision stands"), ("granted", "Decision undone")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """The appeals with the outcome chosen."""
        if request.GET.get("q") and not self.value():
            return queryset
        return queryset.filter(outcome=self.value() or "waiting")


@admin.register(Appeal)
class AppealAdmin(DeskAdmin):
    """Appeals."""

    section = Section.DESK
    icon = "record_voice_over"
    person_path = "decision__person"
    private = ("about", "decided_before_by")
    list_display = ("created_at", "about", "measure", "decided_before_by", "outcome")
    list_filter = (OutcomeFilter,)
    search_fields = ("id", "decision", "decision__person", "decision__person__email__startswith")
    search_help_text = "Id of an appeal, decision or account, or beginning of an address"
    list_select_related = ("decision__person__profile", "decision__decided_by", "decision__case")
    ordering = ("created_at",)

    def get_urls(self) -> list:
        """The list, the page, and its decision."""
        act = self.admin_site.admin_view(self.decide_view)
        return [
            path("<uuid:appeal_id>/decide/", act, name="moderation_appeal_decide"),
            *super().get_urls(),
        ]

    @display(description="by")
    def about(self, appeal: Appeal) -> str:
        """Whose appeal."""
        profile = getattr(appeal.decision.person, "profile", None)
        return profile.name if profile else str(appeal.decision.person or "somebody who left")

    @display(description="against")
    def measure(self, appeal: Appeal) -> str:
        """Which decision."""
        return str(appeal.decision)

    @display(description="decided by")
    def decided_before_by(self, appeal: Appeal) -> str:
        """Who may not decide again."""
        return str(appeal.decision.decided_by or "–")

    @read_only
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """What the person says, beside what was decided."""
        appeal = self.row(request, object_id)
        decision = appeal.decision
        by = staff(request).pk
        is_own = by in (decision.decided_by_id, decision.confirmed_by_id)
        context = {
            "appeal": appeal,
            "decision": decision,
            "decision_link": link(decision),
            "case_link": link(decision.case),
            "is_own": is_own,
            "sees_words": may(request, "work_case"),
            "may_decide": may(request, "decide_appeal") and appeal.outcome == "waiting",
        }
        return page(request, "appeal", self.title_for(request, appeal), **context)

    def title_of(self, row: Appeal) -> str:
        """Whose it is."""
        return f"{self.about(row)}: {row}"

    @needs("decide_appeal", writes=True)
    def decide_view(self, request: HttpRequest, appeal_id: Any) -> HttpResponse:
        """Grant it or not, and tell the person."""
        appeal = self.row(request, appeal_id)
        form = filled(AppealForm(request.POST))
        grants = form.cleaned_data["outcome"] == Appeal.Outcome.GRANTED
        answer = form.cleaned_data["answer"]
        appeals.decide_appeal(appeal=appeal, by=staff(request), grant=grants, answer=answer)
        queue = reverse("admin:moderation_appeal_changelist")
        return back(request, queue, "Granted." if grants else "The decision stands.")
