"""Documents that wait for staff, beside the dog's photos."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import SEARCH_VAR
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminSingleDateWidget, UnfoldAdminTextareaWidget

from accounts.models import User
from pupmatch.lib import private
from pupmatch.lib.admin.actions import done, leads_to
from pupmatch.lib.admin.base import ReadOnlyAdmin, link
from pupmatch.lib.admin.filters import WaitingFirst
from pupmatch.lib.admin.sections import Section
from pupmatch.lib.text import shows_something
from verification import deciding
from verification.models import Verification

Kind, State = Verification.Kind, Verification.State
LONGEST_REASON = 300


def _clerk(request: HttpRequest) -> User:
    return cast(User, request.user)


class DayInput(UnfoldAdminSingleDateWidget):
    """The browser's own calendar: the admin's does not reach into dialogs."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ConfirmForm(BaseDialogForm):
    """Until when a vaccination record is valid; a photo is good for as long as a badge lasts."""

    expires_on = forms.DateField(
        label="Valid until",
        help_text="The last day, as the record says; at most a year from now.",
        widget=DayInput,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not Verification.objects.filter(pk=self.object_id, kind=Kind.VACCINATION).exists():
            del self.fields["expires_on"]

    def clean_expires_on(self) -> Any:
        """A day that has not passed, and on which there can still be a badge."""
        day, today = self.cleaned_data["expires_on"], timezone.localdate()
        if day < today:
            raise forms.ValidationError("That day has passed: refuse the record.")
        if day > today + Verification.BADGE:
            latest = today + Verification.BADGE
            raise forms.ValidationError(f"No badge lasts longer: give {latest:%-d %b %Y}.")
        return day


class ReasonForm(BaseDialogForm):
    """What the owner reads."""

    reason = forms.CharField(
        max_length=LONGEST_REASON,
        help_text="The owner reads it.",
        widget=UnfoldAdminTextareaWidget,
        validators=[shows_something],
    )


class StateFilter(WaitingFirst):
    """The queue, unless something else is asked for; a search looks at everything."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """Beside the default."""
        return [(State.CONFIRMED, "Confirmed"), (State.REFUSED, "Refused"), ("all", "All")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Those in the state chosen."""
        if self.value() == "all" or (not self.value() and request.GET.get(SEARCH_VAR)):
            return queryset
        return queryset.filter(state=self.value() or State.WAITING)


@admin.register(Verification)
class VerificationAdmin(ReadOnlyAdmin):
    """What owners show for a badge. Whoever decides sees the document, and that is on record."""

    section = Section.SAFETY
    icon = "verified"
    explanation = (
        "Owners show a vaccination record or a fresh photo of the dog. Compare it with the photos"
        " of the profile. Either way the document is removed once it is decided."
    )
    list_display = ("created_at", "kind", "dog", "standing", "decided_at", "expires_at")
    list_filter = (StateFilter, "kind")
    list_select_related = ("profile",)
    search_fields = ("id", "profile")
    search_help_text = "Id of a verification or profile"
    fields = (
        "document_beside_photos", ("kind", "dog", "standing"), "reason",
        ("created_at", "decided_at", "expires_at"),
    )  # fmt: skip
    actions_detail = ("confirm", "refuse", "revoke")

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """The queue from its head; the rest, the latest first."""
        is_queue = not (request.GET.get(StateFilter.parameter_name) or request.GET.get(SEARCH_VAR))
        return ("created_at", "pk") if is_queue else ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Verification]:
        """With the dog."""
        return super().get_queryset(request).select_related("profile")

    def title_of(self, row: Any) -> str:
        """What, and of whom."""
        return f"{row.get_kind_display().capitalize()} of {row.profile}"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Note who looked at the document; for everybody else it is not shown."""
        row = kwargs["obj"]
        row.is_shown = bool(row.document) and self.may(request, "decide")
        if row.is_shown:
            with transaction.atomic():
                self.log(request, row, "verification.view")
        return super().render_change_form(request, context, *args, **kwargs)

    # --- Cells and fields -------------------------------------------------------------------------

    @display(description="dog")
    def dog(self, verification: Verification) -> SafeString:
        """Whose."""
        return link(verification.profile)

    @display(
        description="state",
        label={"waiting": "warning", "confirmed": "success", "lapsed": "info", "refused": "danger"},
    )
    def standing(self, verification: Verification) -> str:
        """Where it stands; a badge lapses by itself."""
        ends = verification.expires_at
        return "lapsed" if ends and ends <= timezone.now() else verification.state

    @display(description="document")
    def document_beside_photos(self, verification: Any) -> SafeString:
        """The document, for whoever may decide, and what it is to be compared with."""
        is_waiting = verification.state == State.WAITING
        context = {
            "address": private.url(verification.document) if verification.is_shown else "",
            "instead": "Only those who decide see it." if is_waiting else "It was removed.",
            "photos": verification.profile.photos.all(),
        }
        return SafeString(render_to_string("admin/verification/document.html", context))  # nosec (escaped there)

    # --- Actions ----------------------------------------------------------------------------------

    def has_decide_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whoever's role says so, on one that waits."""
        return self._may(request, object_id, State.WAITING)

    def has_revoke_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """The same, on one that was confirmed."""
        return self._may(request, object_id, State.CONFIRMED)

    def _may(self, request: HttpRequest, object_id: str | None, state: str) -> bool:
        if not self.may(request, "decide"):
            return False
        row = self.get_object(request, object_id) if object_id else None
        return not object_id or (row is not None and row.state == state)

    @action(
        description="Confirm",
        permissions=["decide"],
        icon="verified",
        variant=ActionVariant.PRIMARY,
        dialog={
            "title": "Give the badge?",
            "description": "The dog's card shows it to everybody until it lapses.",
            "form_class": ConfirmForm,
            "form_submit_text": "Confirm",
        },
    )
    def confirm(self, request: HttpRequest, form: ConfirmForm, object_id: str) -> HttpResponse:
        """Give the badge, and go on with the next."""
        row = self.row(request, object_id)
        deciding.confirm(
            verification=row, by=_clerk(request), expires_on=form.cleaned_data.get("expires_on")
        )
        return self._next(request, row, f"{row.profile} has the badge.")

    @action(
        description="Refuse",
        permissions=["decide"],
        icon="block",
        variant=ActionVariant.DANGER,
        dialog={
            "title": "Refuse this?",
            "description": "The owner may show another one.",
            "form_class": ReasonForm,
            "form_submit_text": "Refuse",
        },
    )
    def refuse(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        """Say why, and go on with the next."""
        row = self.row(request, object_id)
        deciding.refuse(verification=row, by=_clerk(request), reason=form.cleaned_data["reason"])
        return self._next(request, row, f"{row.profile}'s owner knows why.")

    @action(
        description="Take the badge back",
        permissions=["revoke"],
        icon="remove_moderator",
        variant=ActionVariant.DANGER,
        dialog={
            "title": "Take the badge back?",
            "description": "What another document gave stays.",
            "form_class": ReasonForm,
            "form_submit_text": "Take back",
        },
    )
    def revoke(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        """Say why."""
        row = self.row(request, object_id)
        deciding.revoke(verification=row, by=_clerk(request), reason=form.cleaned_data["reason"])
        return done(request, row, "The badge is gone.")

    def _next(self, request: HttpRequest, row: Verification, message: str) -> HttpResponse:
        following = Verification.objects.waiting().order_by("created_at").first()
        if following is None:
            return done(request, row, f"{message} Nothing more waits.")
        messages.success(request, message)
        page = reverse("admin:verification_verification_change", args=[following.pk])
        return leads_to(request, page)
