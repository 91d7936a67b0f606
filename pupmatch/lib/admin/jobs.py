"""The queue: what waits, what runs, and above all what failed and why."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from procrastinate.contrib.django import admin as procrastinate_admin
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateEvent
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from pupmatch.lib.admin.actions import done, question
from pupmatch.lib.admin.base import ReadOnlyAdmin, link
from pupmatch.lib.admin.sections import Figure
from pupmatch.lib.jobs import services, upkeep
from pupmatch.lib.models import Job, JobFailure, JobQuerySet

# Tries follow each other within seconds.
TO_THE_SECOND = "j M Y, H:i:s"
STATES = {
    "todo": "waiting",
    "doing": "running",
    "succeeded": "done",
    "failed": "failed",
    "cancelled": "discarded",
    "aborted": "aborted",
}
EVENTS = {
    "deferred": "enqueued",
    "deferred_for_retry": "put off",
    "succeeded": "done",
    "failed": "given up",
    "cancelled": "discarded",
    "retried": "run again by staff",
}

# Its own lets whoever may look at jobs change them.
admin.site.unregister(procrastinate_admin.models.ProcrastinateJob)


class InterestFilter(SimpleListFilter):
    """Leaves out what nobody looks for: upkeep that went well, several jobs a minute.

    A search looks at everything.
    """

    title = "interest"
    parameter_name = "show"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Iterable[tuple[str, str]]:
        """Beside the default."""
        return [("all", "All, finished upkeep included")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """The default under its name."""
        default, *others = super().choices(changelist)
        yield {**default, "display": "Worth looking at"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """All but upkeep that is done, unless everything is asked for."""
        if self.value() == "all" or request.GET.get(SEARCH_VAR):
            return queryset
        return queryset.exclude(status="succeeded", task_name__in=upkeep())


class StateFilter(SimpleListFilter):
    """In our words."""

    title = "state"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Iterable[tuple[str, str]]:
        """Every state."""
        return [(state, word.capitalize()) for state, word in STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """The jobs in the state chosen."""
        return queryset.filter(status=self.value()) if self.value() in STATES else queryset


class QueueFilter(SimpleListFilter):
    """By queue, of those that tasks name: asking the table would read it whole."""

    title = "queue"
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Iterable[tuple[str, str]]:
        """Every queue."""
        return [(name, name) for name in sorted({task.queue for task in app.tasks.values()})]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """The jobs of the queue chosen."""
        return queryset.filter(queue_name=self.value()) if self.value() else queryset


class TaskFilter(SimpleListFilter):
    """By task."""

    title = "task"
    parameter_name = "task"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> Iterable[tuple[str, str]]:
        """Every task of ours."""
        return [(name, name) for name in sorted(app.tasks) if "procrastinate" not in name]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """The jobs of the task chosen."""
        return queryset.filter(task_name=self.value()) if self.value() else queryset


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Jobs; staff run failed ones again, or give them up."""

    icon = "checklist"
    figures = (Figure("Failed jobs", lambda: Job.objects.failed(), "?status=failed"),)
    list_display = ("task_name", "state", "attempts", "latest_at", "due_at", "latest_error")
    list_filter = (InterestFilter, StateFilter, QueueFilter, TaskFilter)
    search_fields = ("id", "task_name__icontains")
    search_help_text = "Part of a task's name, or number of a job"
    fields = (
        ("task_name", "state"), ("queue_name", "priority", "lock"), ("attempts", "due_at"),
        "arguments", "history",
    )  # fmt: skip
    actions = ("run_again_selected", "discard_selected")
    actions_detail = ("run_again", "discard")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        """With the latest news of each."""
        mine = {"job": OuterRef("pk")}
        events = ProcrastinateEvent.objects.filter(**mine).exclude(type="scheduled")
        failures = JobFailure.objects.filter(**mine)
        return (
            super()
            .get_queryset(request)
            .annotate(
                news_at=Subquery(events.order_by("-id").values("at")[:1]),
                news=Subquery(failures.order_by("-id").values("error")[:1]),
            )
        )

    @display(
        description="state",
        label={"waiting": "info", "running": "warning", "done": "success", "failed": "danger"},
    )
    def state(self, job: Job) -> str:
        """In our words."""
        return STATES[job.status]

    @display(description="latest news")
    def latest_at(self, job: Any) -> str:
        """When something last happened to it."""
        return date_format(job.news_at, TO_THE_SECOND)

    @display(description="due")
    def due_at(self, job: Job) -> str | None:
        """When it is due, if it waits."""
        if job.status != "todo":
            return None
        return date_format(job.scheduled_at, TO_THE_SECOND) if job.scheduled_at else "now"

    @display(description="latest failure")
    def latest_error(self, job: Any) -> str | None:
        """In a line; the page has all of them."""
        return job.news and job.news.partition("\n")[0]

    @display(description="arguments")
    def arguments(self, job: Job) -> SafeString:
        """As JSON."""
        return format_html('<pre class="staff-text">{}</pre>', json.dumps(job.args, indent=2))

    @display(description="what happened")
    def history(self, job: Job) -> SafeString:
        """Events and failures, the latest first."""
        # A "scheduled" event stands at the time that it is about.
        events = ProcrastinateEvent.objects.filter(job=job).exclude(type="scheduled")
        rows = [(event.at, EVENTS.get(event.type, event.type), "") for event in events]
        rows += [
            (failure.at, f"try {failure.attempt} failed", failure.error)
            for failure in job.failures.all()
        ]
        return render_to_string(
            "admin/jobs/history.html",
            {"rows": sorted(rows, reverse=True), "to_the_second": TO_THE_SECOND},
        )

    # --- Actions ----------------------------------------------------------------------------------

    def has_run_again_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whoever may change jobs, which means nothing but this; only a failed one."""
        return self._may_change(request, object_id, {"failed"})

    def has_discard_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """The same, for one that failed or waits."""
        return self._may_change(request, object_id, {"failed", "todo"})

    def _may_change(self, request: HttpRequest, object_id: str | None, states: set[str]) -> bool:
        if not self.may(request, "change"):
            return False
        job = self.get_object(request, object_id) if object_id else None
        return not object_id or (job is not None and job.status in states)

    @admin.action(description="Run again", permissions=["run_again"])
    def run_again_selected(self, request: HttpRequest, queryset: JobQuerySet) -> None:
        """Those that failed."""
        chosen = list(queryset.failed())
        count = services.run_again(_these(chosen))
        for job in chosen:
            self.log(request, job, "job.run_again")
        self.message_user(request, f"Jobs that run again: {count}.", messages.SUCCESS)

    @admin.action(description="Discard", permissions=["discard"])
    def discard_selected(self, request: HttpRequest, queryset: JobQuerySet) -> None:
        """Those that failed or wait."""
        chosen = [job for job in queryset if job.status in {"failed", "todo"}]
        count = services.discard(_these(chosen))
        for job in chosen:
            self.log(request, job, "job.discard")
        self.message_user(request, f"Jobs discarded: {count}.", messages.SUCCESS)

    @action(
        description="Run again",
        permissions=["run_again"],
        icon="replay",
        variant=ActionVariant.PRIMARY,
        dialog=question(
            "Run this job again?", "It goes back into the queue, with all its tries.", "Run again"
        ),
    )
    def run_again(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Put it back into the queue."""
        job = self.row(request, object_id)
        services.run_again(_these([job]))
        self.log(request, job, "job.run_again")
        return done(request, job, "The job is back in the queue.")

    @action(
        description="Discard",
        permissions=["discard"],
        icon="delete",
        variant=ActionVariant.DANGER,
        dialog=question("Discard this job?", "What it was to do will not be done.", "Discard"),
    )
    def discard(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Give it up."""
        job = self.row(request, object_id)
        services.discard(_these([job]))
        self.log(request, job, "job.discard")
        return done(request, job, "The job is discarded.")


def _these(jobs: list[Job]) -> JobQuerySet:
    """Without the annotations of the list, which an UPDATE has no use for."""
    return Job.objects.filter(pk__in=[job.pk for job in jobs])


@admin.register(JobFailure)
class JobFailureAdmin(ReadOnlyAdmin):
    """Every failed try."""

    icon = "running_with_errors"
    list_display = ("at", "whose", "attempt", "summary")
    list_select_related = ("job",)
    search_fields = ("job", "job__task_name__icontains")
    search_help_text = "Part of a task's name, or number of a job"
    fields = ("whose", ("at", "attempt"), "text")

    @display(description="job")
    def whose(self, failure: JobFailure) -> SafeString:
        """What failed."""
        return link(failure.job)

    @display(description="failure")
    def summary(self, failure: JobFailure) -> str:
        """Its first line."""
        return str(failure)

    @display(description="failure")
    def text(self, failure: JobFailure) -> SafeString:
        """All of it."""
        return format_html('<pre class="staff-text">{}</pre>', failure.error)
