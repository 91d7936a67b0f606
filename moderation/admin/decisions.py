"""What was decided: to look up, to confirm, and to undo."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.safestring import SafeString
from unfold.decorators import display

from moderation import deciding
from moderation.admin.forms import UndoForm
from moderation.admin.pages import back, filled, may, needs, page, read_only, staff
from moderation.admin.rows import DeskAdmin
from moderation.models import Decision
from pupmatch.lib.admin.base import link
from pupmatch.lib.admin.sections import Section

State = Decision.State


@admin.register(Decision)
class DecisionAdmin(DeskAdmin):
    """Decisions. Each can be undone, which restores what was there."""

    section = Section.DESK
    icon = "balance"
    person_path = "person"
    private = ("about", "decided_by")
    list_display = (
        "created_at",
        "measure",
        "about",
        "reason",
        "state_label",
        "decided_by",
        "until",
    )
    list_filter = ("state", "kind", "reason")
    search_fields = ("id", "case", "person", "person__email__startswith")
    search_help_text = "Id of a decision, case or account, or beginning of an address"
    ordering = ("-created_at",)

    def get_urls(self) -> list:
        """The list, the page, and what is done on it."""
        verbs = {
            "confirm": self.confirm_view,
            "decline": self.decline_view,
            "undo": self.undo_view,
        }
        acts = [
            path(
                f"<uuid:decision_id>/{verb}/",
                self.admin_site.admin_view(view),
                name=f"moderation_decision_{verb}",
            )
            for verb, view in verbs.items()
        ]
        return [*acts, *super().get_urls()]

    @display(description="measure")
    def measure(self, decision: Decision) -> str:
        """In words."""
        return decision.get_kind_display()

    @display(description="about")
    def about(self, decision: Decision) -> str:
        """Whom."""
        profile = getattr(decision.person, "profile", None)
        return profile.name if profile else str(decision.person or "somebody who left")

    @display(
        description="state",
        label={
            "waits for a second pair of eyes": "warning",
            "in force": "success",
            "undone": "default",
            "not confirmed": "default",
        },
    )
    def state_label(self, decision: Decision) -> str:
        """In words."""
        return decision.get_state_display()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Decision]:
        """With the names that the page shows."""
        named = ("person__profile", "decided_by", "confirmed_by", "undone_by", "case")
        return super().get_queryset(request).select_related(*named)

    @read_only
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The decision, what its addressee said to it, and what can be done about it."""
        decision = self.row(request, object_id)
        is_own = decision.decided_by_id == staff(request).pk
        context = {
            "decision": decision,
            "case_link": link(decision.case),
            "person_link": self._person(decision),
            "appeal": getattr(decision, "appeal", None),
            "may_undo": may(request, "undo_decision") and decision.state == State.IN_FORCE,
            "may_confirm": may(request, "ban_person") and decision.state == State.PROPOSED,
            "is_own": is_own,
            "sees_words": may(request, "work_case"),
        }
        return page(request, "decision", self.title_for(request, decision), **context)

    def title_of(self, row: Decision) -> str:
        """What, and about whom."""
        return f"{self.about(row)}: {row}"

    def _person(self, decision: Decision) -> SafeString | str:
        return link(decision.person) if decision.person else "somebody who left"

    @needs("ban_person", writes=True)
    def confirm_view(self, request: HttpRequest, decision_id: Any) -> HttpResponse:
        """Be the second pair of eyes."""
        decision = self.row(request, decision_id)
        deciding.confirm(decision=decision, by=staff(request))
        return back(request, _address(decision), "The ban is in force.")

    @needs("ban_person", writes=True)
    def decline_view(self, request: HttpRequest, decision_id: Any) -> HttpResponse:
        """Send the case back."""
        decision = self.row(request, decision_id)
        deciding.decline(decision=decision, by=staff(request))
        return back(request, _address(decision), "Not confirmed; the case waits in the queue.")

    @needs("undo_decision", writes=True)
    def undo_view(self, request: HttpRequest, decision_id: Any) -> HttpResponse:
        """Restore what was there."""
        decision = self.row(request, decision_id)
        form = filled(UndoForm(request.POST))
        deciding.undo(decision=decision, by=staff(request), **form.cleaned_data)
        return back(request, _address(decision), "Undone; what was there is back.")


def _address(decision: Decision) -> str:
    return reverse("admin:moderation_decision_change", args=[decision.pk])
