"""Actions on a row's page: a question first, then the page again with a message."""

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.dataclasses import ActionDialog

from pupmatch.lib.staff.answers import leads_to


def question(title: str, description: str, button: str) -> ActionDialog:
    """What is asked before an action; only the answer, a POST, carries it out."""
    return {
        "title": title,
        "description": description,
        "form_class": None,
        "form_submit_text": button,
    }


def done(request: HttpRequest, row: Model, message: str) -> HttpResponse:
    """The answer to a question: the row's page again, with a message on top."""
    messages.success(request, message)
    opts = row._meta
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])
    return leads_to(request, url)
