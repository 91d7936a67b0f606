"""What staff sign in with, and what is locked: only superusers help colleagues with either."""

from typing import Any

import allauth.account.admin
import allauth.mfa.admin
import allauth.socialaccount.admin  # noqa: F401 (all three register them)
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from accounts.models import FailedSignIn, SecondFactor, User, email_digest
from accounts.staff import factors, lockout
from accounts.staff.access import has_factor
from pupmatch.lib.admin.actions import done, question
from pupmatch.lib.admin.base import ReadOnlyAdmin, StaffChangeList, link
from pupmatch.lib.admin.reading import ReasonForm
from pupmatch.lib.admin.sections import Section
from pupmatch.lib.staff.answers import leads_to

# allauth's own pages are not ours to look at, and show what nobody should edit.
for model in (Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(model)


@admin.register(SecondFactor)
class SecondFactorAdmin(ReadOnlyAdmin):
    """Who signs in with what; the secrets are shown to nobody."""

    section = Section.SAFETY
    icon = "phonelink_lock"
    explanation = "What staff show besides their password. A superuser resets them on the page of the account."
    list_display = ("owner", "kind", "name", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user", "user__email__startswith")
    search_help_text = "Beginning of an address, or id of an account"
    fields = ("user", "kind", "name", "created_at", "last_used_at")

    @display(description="account")
    def owner(self, factor: SecondFactor) -> SafeString:
        """Whose it is."""
        return link(factor.user)

    @display(description="kind")
    def kind(self, factor: SecondFactor) -> str:
        """App, passkey or codes."""
        return SecondFactor.KINDS[factor.type]


class FailedChangeList(StaffChangeList):
    """Rows that know what is locked."""

    def get_results(self, request: HttpRequest) -> None:
        """Asked once for the whole page."""
        super().get_results(request)
        standing = lockout.Standing()
        rows = list(self.result_list)  # type: ignore[has-type]
        for row in rows:
            row.standing = standing
        self.result_list = rows


@admin.register(FailedSignIn)
class FailedSignInAdmin(ReadOnlyAdmin):
    """Attempts that failed, and what is locked by them; superusers lift that."""

    section = Section.SAFETY
    icon = "lock_clock"
    explanation = "After five failures an account is locked for a quarter of an hour, after twenty an address."
    list_display = ("attempt_time", "who", "ip_address", "failures_since_start", "light")
    search_fields = ("ip_address",)
    search_help_text = "IP address, or an e-mail address"
    fields = ("attempt_time", "who", "ip_address", "user_agent", "failures_since_start", "state")
    actions = ("lift_selected",)
    actions_detail = ("lift",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Superusers."""
        return request.user.is_superuser

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[FailedChangeList]:
        """Ours."""
        return FailedChangeList

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """With what is locked."""
        row = super().get_object(request, object_id, from_field)
        if row:
            row.standing = lockout.Standing()
        return row

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Also by an e-mail address, of which only the digest is stored."""
        if "@" in search_term:
            return queryset.filter(username=email_digest(search_term)), False
        return super().get_search_results(request, queryset, search_term)

    def title_of(self, row: Any) -> str:
        """Where it came from."""
        return f"Failed sign-ins from {row.ip_address}"

    @display(description="account")
    def who(self, row: Any) -> SafeString | str:
        """Whose account it was, if it is one of staff."""
        user = row.standing.names.get(row.username)
        return link(user) if user else "not of staff"

    @display(description="locked")
    def state(self, row: Any) -> str:
        """What is locked, and until when."""
        if locked := row.standing.locked(row):
            return f"{' and '.join(locked)} until {lockout.until(row):%H:%M} UTC"
        return "not yet" if row.standing.counts(row) else "no more"

    @display(description="locked", label={True: "danger", False: "info"})
    def light(self, row: Any) -> tuple[bool, str]:
        """The same, in red while it is."""
        return bool(row.standing.locked(row)), self.state(row)

    def has_lift_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Superusers."""
        return request.user.is_superuser

    @admin.action(description="Lift", permissions=["lift"])
    def lift_selected(self, request: HttpRequest, queryset: QuerySet[FailedSignIn]) -> None:
        """Forget the failures of these accounts and addresses."""
        for row in queryset:
            self._lift(request, row)
        self.message_user(request, "Lifted.", messages.SUCCESS)

    @action(
        description="Lift",
        permissions=["lift"],
        icon="lock_open",
        variant=ActionVariant.PRIMARY,
        dialog=question(
            "Let them try again?",
            "The failures of this account and of this address are forgotten.",
            "Lift",
        ),
    )
    def lift(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Forget the failures of this account and address."""
        row = self.row(request, object_id)
        self._lift(request, row)
        messages.success(request, "They can try again.")
        return leads_to(request, reverse("admin:accounts_failedsignin_changelist"))

    def _lift(self, request: HttpRequest, row: FailedSignIn) -> None:
        lockout.lift(row)
        whose = lockout.Standing().names.get(row.username)
        self.log(request, whose or row, "staff.lockout_lifted", ip_address=row.ip_address)


class ResetsSecondFactors:
    """For the page of an account: help for a colleague whose second factors are lost."""

    def has_reset_factors_permission(
        self, request: HttpRequest, object_id: str | None = None
    ) -> bool:
        """Superusers, for others: one's own are under Sign-in security."""
        if not request.user.is_superuser or object_id is None:
            return bool(request.user.is_superuser)
        user = User.objects.filter(pk=object_id).first()
        return user is not None and user != request.user and user.is_staff and has_factor(user)

    @action(
        description="Reset second factors",
        permissions=["reset_factors"],
        icon="phonelink_erase",
        variant=ActionVariant.DANGER,
        dialog={
            **question(
                "Reset this colleague's second factors?",
                "Be sure of who asks for it: the next to come with the password sets up new ones.",
                "Reset",
            ),
            "form_class": ReasonForm,
        },
    )
    def reset_factors(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        """Take them all away, with every sign-in to the admin."""
        user = User.objects.get(pk=object_id)
        by: Any = request.user
        factors.reset(user=user, by=by, reason=form.cleaned_data["reason"])
        return done(request, user, "The second factors are reset; a mail tells of it.")
