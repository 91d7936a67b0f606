"""The queue, and the page of a case with everything that is done there."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.timesince import timesince, timeuntil
from unfold.decorators import display

from moderation import casework, deciding, history
from moderation.admin import case_page, desk
from moderation.admin.filters import ReasonFilter, SeverityFilter, StateFilter
from moderation.admin.forms import DecisionForm, NoteForm
from moderation.admin.pages import back, filled, may, needs, page, read_only, refuse_own, staff
from moderation.admin.rows import DeskAdmin
from moderation.models import Case, Decision, Reason, Report
from moderation.models.cases import Severity
from profiles.models import Photo
from pupmatch.lib.admin.sections import Page, Section

QUEUE = "admin:moderation_case_changelist"
CASE = "admin:moderation_case_change"
REASONS = dict(Reason.choices)


def _key(object_id: str) -> UUID:
    """The id in an address. Raises Http404 for what is none."""
    try:
        return UUID(unquote(object_id))
    except ValueError as error:
        raise Http404 from error


def address(case: Case) -> str:
    """Of the page of a case."""
    return reverse(CASE, args=[case.pk])


@admin.register(Case)
class CaseAdmin(DeskAdmin):
    """Cases. What staff decide goes through the services of the room."""

    section = Section.DESK
    icon = "gavel"
    person_path = "about"
    private = ("subject", "claim")
    list_display = ("subject", "severity_label", "complaints", "weighs", "waiting", "due", "claim")
    list_filter = (StateFilter, SeverityFilter, ReasonFilter)
    search_fields = ("id", "about", "about__email__startswith")
    search_help_text = "Id of a case or account, or beginning of an address"
    list_select_related = ("about__profile__breed", "claimed_by")
    list_before_template = "admin/moderation/queue.html"
    pages = (
        Page(
            "Photo review", "photo_library", "admin:moderation_photos", "moderation.review_photos"
        ),
        Page("Find a person", "person_search", "admin:moderation_find", "moderation.work_case"),
        Page("Figures", "monitoring", "admin:moderation_figures", "moderation.export_figures"),
    )

    def page_urls(self) -> list:
        """The desk's other pages."""
        return desk.urls(self.admin_site.admin_view)

    def get_urls(self) -> list:
        """The list, the page, and what is done on it."""
        wrap = self.admin_site.admin_view
        verbs = {
            "claim": self.claim_view,
            "release": self.release_view,
            "decide": self.decide_view,
            "note": self.note_view,
        }
        acts = [
            path(f"<uuid:case_id>/{verb}/", wrap(view), name=f"moderation_case_{verb}")
            for verb, view in verbs.items()
        ]
        following = path("next/", wrap(self.next_view), name="moderation_case_next")
        return [following, *acts, *super().get_urls()]

    # --- The queue --------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        """With what a line of the queue shows."""
        reasons = (
            Report.objects.filter(case=OuterRef("pk"))
            .order_by()
            .values("case")
            .values(found=ArrayAgg("reason", distinct=True))
        )
        proposed = Decision.objects.proposed().filter(case=OuterRef("pk"))
        first = Photo.objects.filter(position=0)
        return (
            super()
            .get_queryset(request)
            .annotate(reasons=Subquery(reasons), is_proposed=Exists(proposed))
            .prefetch_related(
                Prefetch("about__profile__photos", queryset=first, to_attr="first_photos")
            )
        )

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """The most urgent first; of closed ones the latest."""
        is_closed = request.GET.get(StateFilter.parameter_name) == "closed"
        return ("-closed_at", "-id") if is_closed else ("ranked_at", "id")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The queue, with the way to the next case on top."""
        context = {"may_work": may(request, "work_case"), **(extra_context or {})}
        return super().changelist_view(request, context)

    @display(description="about", header=True)
    def subject(self, case: Case) -> list:
        """Whom or what it is about: face, name, and since when they are here."""
        person = case.about
        profile = getattr(person, "profile", None)
        if profile is None:
            known = "somebody who left" if case.playground_id is None else "a playground"
            return [person.email if person else known, str(case)]
        face: dict[str, Any] = {"squared": True, "width": 40, "height": 40}
        for photo in profile.first_photos:
            face["path"] = photo.small.url
        since = timesince(profile.created_at, depth=1)
        return [profile.name, f"{profile.breed or 'breed not told'} · here for {since}", "", face]

    @display(
        description="severity",
        label={"critical": "danger", "high": "warning", "normal": "info", "low": "default"},
    )
    def severity_label(self, case: Case) -> str:
        """In a word."""
        return Severity(case.severity).label

    @display(description="what for")
    def complaints(self, case: Any) -> str:
        """Reasons, and how many reported."""
        named = capfirst(", ".join(REASONS[reason].lower() for reason in case.reasons or []))
        counts = []
        if case.report_count:
            counts.append(f"{case.report_count} report{'s'[: case.report_count > 1]}")
        if case.finding_count:
            counts.append(f"{case.finding_count} finding{'s'[: case.finding_count > 1]}")
        return " · ".join(filter(None, [named, " and ".join(counts)])) or "opened by staff"

    @display(description="weight")
    def weighs(self, case: Case) -> str:
        """By the records of whoever reported."""
        return f"{case.weight:.1f}"

    @display(description="waiting")
    def waiting(self, case: Case) -> str:
        """For how long, or until when it did."""
        return timesince(case.opened_at, case.closed_at or timezone.now(), depth=1)

    @display(description="due")
    def due(self, case: Case) -> SafeString | str:
        """When, or that the time is over."""
        if case.closed_at:
            return "decided"
        if case.due_at < timezone.now():
            late = timesince(case.due_at, depth=1)
            return format_html('<span class="desk-late">{} late</span>', late)
        return f"in {timeuntil(case.due_at, depth=1)}"

    @display(description="claimed by")
    def claim(self, case: Any) -> str:
        """Who works on it, if anybody does; nobody while a ban waits."""
        if case.is_proposed:
            return "a ban waits"
        if case.claimed_by and case.claimed_until and case.claimed_until > timezone.now():
            return case.claimed_by.email
        return "–"

    # --- The page ---------------------------------------------------------------------------------

    @read_only
    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Everything there is, beside what can be decided."""
        seen_at = timezone.now()
        found = history.of(_key(object_id))
        if found is None:
            raise Http404
        refuse_own(request, found.case.about_id)
        title = self.title_for(request, found.case)
        return page(request, "case", title, **case_page.context(found, seen_at, request))

    def title_of(self, row: Case) -> str:
        """Whom it is about."""
        profile = getattr(row.about, "profile", None)
        return f"{profile.name if profile else 'Somebody who left'}: {row}"

    # --- What staff do ----------------------------------------------------------------------------

    @needs("work_case", writes=True)
    def next_view(self, request: HttpRequest) -> HttpResponse:
        """Claim the most urgent case that is free, and open it."""
        case = casework.next_case(by=staff(request))
        if case is None:
            return back(request, reverse(QUEUE), "The queue is empty.")
        return back(request, address(case))

    @needs("work_case", writes=True)
    def claim_view(self, request: HttpRequest, case_id: Any) -> HttpResponse:
        """Take the case on; nobody else decides it meanwhile."""
        case = self.row(request, case_id)
        casework.claim(case=case, by=staff(request))
        return back(request, address(case), "The case is yours for half an hour.")

    @needs("work_case", writes=True)
    def release_view(self, request: HttpRequest, case_id: Any) -> HttpResponse:
        """Leave the case to others."""
        casework.release(case=self.row(request, case_id), by=staff(request))
        return back(request, reverse(QUEUE), "The case is free again.")

    @needs("work_case", writes=True)
    def note_view(self, request: HttpRequest, case_id: Any) -> HttpResponse:
        """Leave a note for others of staff."""
        case, form = self.row(request, case_id), filled(NoteForm(request.POST))
        casework.add_note(case=case, by=staff(request), text=form.cleaned_data["text"])
        return back(request, address(case), "The note is kept.")

    @needs("work_case", writes=True)
    def decide_view(self, request: HttpRequest, case_id: Any) -> HttpResponse:
        """Decide, and go on with the next case when that is wanted."""
        case, by = self.row(request, case_id), staff(request)
        form = filled(DecisionForm(request.POST))
        decision = deciding.decide(case=case, by=by, **form.cleaned_data)
        message = format_html(
            '{}: {}. <a class="text-link" href="{}">See or undo</a>',
            "Proposed" if decision.state == decision.State.PROPOSED else "Decided",
            decision.get_kind_display(),
            reverse("admin:moderation_decision_change", args=[decision.pk]),
        )
        following = casework.next_case(by=by) if "next" in request.POST else None
        return back(request, address(following) if following else reverse(QUEUE), message)
