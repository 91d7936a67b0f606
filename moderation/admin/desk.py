"""The desk's pages beside its lists: the photo queue, finding somebody, and figures."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from accounts.models import User
from moderation import casework, figures, photo_review
from moderation.admin import case_page
from moderation.admin.forms import PhotosForm, ReasonForm
from moderation.admin.pages import back, filled, is_own, may, needs, page, refuse_own, staff
from moderation.models import Case, Decision
from pupmatch.lib import audit
from pupmatch.lib.admin.finding import find
from pupmatch.lib.csv import csv_response

PHOTOS_PER_PAGE = 48
CASES = 20
# Of the figures.
FIRST_DAY = date(2020, 1, 1)
LONGEST_SPAN = timedelta(days=400)


@needs("review_photos")
def photos_view(request: HttpRequest) -> HttpResponse:
    """Photos that nobody looked at yet, the oldest first."""
    if request.method == "POST":
        form = filled(PhotosForm(request.POST))
        shown, held = photo_review.review(by=staff(request), **form.cleaned_data)
        return back(request, request.path, f"Approved: {shown}. Held: {held}.")
    waiting = photo_review.waiting_for(staff(request))
    context = {
        "photos": list(waiting[:PHOTOS_PER_PAGE]),
        "total": waiting.count(),
        "reasons": [(reason.value, reason.label) for reason in photo_review.REASONS],
    }
    return page(request, "photos", "Photo review", **context)


@needs("work_case")
def find_view(request: HttpRequest) -> HttpResponse:
    """Say whose an id or address is."""
    term = request.GET.get("q", "").strip()[:254]
    found = find(admin.site, request, term) if term else []
    hits = [hit for hit in found if not (hit.person and is_own(request, hit.person.pk))]
    people = {hit.person.pk: hit.person for hit in hits if hit.person}
    context = {"term": term, "hits": hits, "people": people.values()}
    return page(request, "find", "Find a person", **context)


@needs("work_case")
def person_view(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Somebody as they are now, and every case about them."""
    refuse_own(request, user_id)
    people = User.objects.select_related("profile__breed")
    person = get_object_or_404(
        people.prefetch_related("profile__photos", "profile__prompts"), pk=user_id
    )
    cases = list(Case.objects.filter(about=person).order_by("-opened_at")[:CASES])
    context = case_page.person(
        person, getattr(person, "profile", None), sees_words=may(request, "work_case")
    )
    decisions = Decision.objects.filter(person=person).select_related("decided_by")
    return page(
        request,
        "person",
        case_page.name_of(person),
        open_case=next((case for case in cases if case.closed_at is None), None),
        cases=cases,
        decisions=decisions.order_by("-created_at")[:CASES],
        may_work=may(request, "work_case"),
        sees_words=may(request, "work_case"),
        **context,
    )


@needs("work_case", writes=True)
def open_view(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Open a case that nobody reported."""
    refuse_own(request, user_id)
    person = get_object_or_404(User, pk=user_id)
    form = filled(ReasonForm(request.POST))
    case = casework.open_by_staff(about=person, by=staff(request), note=form.cleaned_data["reason"])
    return back(request, reverse("admin:moderation_case_change", args=[case.pk]))


def _is_in_time(day: date) -> None:
    """Refuses days before there was anything, and those to come but tomorrow: it may be there."""
    if not FIRST_DAY <= day <= timezone.localdate() + timedelta(days=1):
        raise forms.ValidationError(f"Choose a day from {FIRST_DAY:%-d %b %Y} to today.")


class PeriodForm(forms.Form):
    """A span of whole days, both included."""

    since = forms.DateField(label="From", validators=[_is_in_time])
    until = forms.DateField(label="To", validators=[_is_in_time])

    def clean(self) -> dict[str, Any]:
        """In order, and no longer than one report may be."""
        cleaned = super().clean() or {}
        if {"since", "until"} <= cleaned.keys():
            if cleaned["since"] > cleaned["until"]:
                raise forms.ValidationError("The first day comes after the last.")
            if cleaned["until"] - cleaned["since"] > LONGEST_SPAN:
                raise forms.ValidationError(f"Choose at most {LONGEST_SPAN.days} days.")
        return cleaned

    def rows(self) -> list[figures.Row]:
        """The figures of those days."""
        midnights = (
            timezone.make_aware(datetime.combine(day, time()))
            for day in (self.cleaned_data["since"], self.cleaned_data["until"] + timedelta(days=1))
        )
        return figures.transparency(*midnights)


def _last_quarter() -> dict[str, date]:
    until = timezone.localdate()
    return {"since": until - timedelta(days=90), "until": until}


@needs("export_figures")
def figures_view(request: HttpRequest) -> HttpResponse:
    """What was reported and decided in a span of time, to look at or to take along."""
    form = PeriodForm(request.GET if "since" in request.GET else _last_quarter())
    rows = form.rows() if form.is_valid() else []
    if request.GET.get("format") == "csv" and form.is_valid():
        span = {name: str(day) for name, day in form.cleaned_data.items()}
        with transaction.atomic():
            audit.record(
                by=staff(request),
                action="figures.export",
                since=span["since"],
                until=span["until"],
            )
        name = f"pupmatch-{span['since']}-{span['until']}.csv"
        return csv_response(name, figures.Row._fields, rows)
    return page(request, "figures", "Figures", form=form, rows=rows, header=figures.Row._fields)


def urls(wrap: Callable) -> list[URLPattern]:
    """Their addresses, each for staff alone."""
    return [
        path("desk/photos/", wrap(photos_view), name="moderation_photos"),
        path("desk/find/", wrap(find_view), name="moderation_find"),
        path("desk/figures/", wrap(figures_view), name="moderation_figures"),
        path("desk/person/<uuid:user_id>/", wrap(person_view), name="moderation_person"),
        path("desk/person/<uuid:user_id>/open/", wrap(open_view), name="moderation_open"),
    ]
