"""The front page of the admin: how the desk is doing, above everything else there is."""

import json
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst

from moderation import figures
from moderation.admin.pages import may
from moderation.figures import Weekly
from moderation.models import Decision, Reason
from pupmatch.lib.admin import index

# One for each of at most nine lines, told apart in light and dark.
COLOURS = (
    "#c2410c", "#2563eb", "#16a34a", "#9333ea", "#dc2626", "#0891b2", "#ca8a04", "#db2777", "#64748b",
)  # fmt: skip


OPTIONS = {
    "maintainAspectRatio": False,
    "scales": {
        "x": {"stacked": True, "grid": {"display": False}},
        "y": {"stacked": True, "ticks": {"precision": 0}},
    },
    "plugins": {"legend": {"display": True, "position": "bottom", "labels": {"boxWidth": 12}}},
}


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The overview, and for whoever sees cases the desk's figures and charts."""
    shown = index.dashboard(request, context)
    if not may(request, "view_case"):
        return shown
    desk = figures.desk()
    waits = {
        "Open cases": (desk.open, "admin:moderation_case_changelist", ""),
        "Overdue": (desk.overdue, "admin:moderation_case_changelist", "?state=overdue"),
        "Bans to confirm": (
            desk.proposals_waiting, "admin:moderation_decision_changelist", "?state=proposed"
        ),
        "Appeals": (desk.appeals_waiting, "admin:moderation_appeal_changelist", ""),
        "Photos to review": (desk.photos_to_review, "admin:moderation_photos", ""),
        "Documents": (
            desk.verifications_waiting, "admin:verification_verification_changelist", ""
        ),
    }  # fmt: skip
    return {
        **shown,
        "desk": {
            "options": json.dumps(OPTIONS),
            "waits": [
                {"title": title, "number": number, "url": reverse(name) + query}
                for title, (number, name, query) in waits.items()
            ],
            "done": [
                {"title": "decided today", "number": desk.decided_today},
                {"title": "median to decision, 7 days", "number": _length(desk.median_to_decision)},
                {"title": "appeals granted, 12 weeks", "number": _share(figures.appeals_granted())},
            ],
            "charts": [
                {
                    "title": "Reports by reason, by week",
                    "data": _lines(figures.reports_by_reason(), dict(Reason.choices)),
                },
                {
                    "title": "Decisions by kind, by week",
                    "data": _lines(figures.decisions_by_kind(), dict(Decision.Kind.choices)),
                },
            ],
        },
    }


def _length(time: timedelta | None) -> str:
    if time is None:
        return "–"
    hours = time / timedelta(hours=1)
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.1f} days"


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def _lines(weekly: Weekly, names: dict[str, str]) -> str:
    """Stacked bars, in Chart.js's form; what never happened is left out."""
    datasets = [
        {
            "label": capfirst(names[name]),
            "data": counts,
            "backgroundColor": COLOURS[number % len(COLOURS)],
        }
        for number, (name, counts) in enumerate(weekly.counts.items())
        if any(counts)
    ]
    labels = [f"{week:%-d %b}" for week in weekly.weeks]
    return json.dumps({"labels": labels, "datasets": datasets})
