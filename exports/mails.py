"""The mail about an export. It holds no link: the file is for whoever is signed in."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from exports.models import Export


def ready(export: Export) -> EmailMessage:
    """Tells that it can be fetched, and what to do for whoever did not ask for it."""
    context = {"export": export, "days": Export.KEPT.days, "app_url": settings.APP_URL}
    body = render_to_string("exports/ready.txt", context)
    return EmailMessage("Your copy of your data is ready", body, to=[export.user.email])
