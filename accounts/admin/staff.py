"""What staff sign in with: only superusers help colleagues with it."""

from typing import Any

import allauth.account.admin
import allauth.mfa.admin
import allauth.socialaccount.admin  # noqa: F401 (all three register them)
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from accounts.models import SecondFactor
from accounts.staff import factors
from accounts.staff.access import has_factor
from pupmatch.lib.admin.actions import done, question
from pupmatch.lib.admin.base import ReadOnlyAdmin, link
from pupmatch.lib.admin.reading import ReasonForm
from pupmatch.lib.admin.sections import Section

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


class ResetsSecondFactors:
    """For the page of an account: help for a colleague whose second factors are lost."""

    def has_reset_factors_permission(
        self, request: HttpRequest, object_id: str | None = None
    ) -> bool:
        """Superusers, for others: one's own are under Sign-in security."""
        if not request.user.is_superuser or object_id is None:
            return bool(request.user.is_superuser)
        user = self.get_object(request, object_id)  # type: ignore[attr-defined]
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
        user = self.row(request, object_id)  # type: ignore[attr-defined]
        by: Any = request.user
        factors.reset(user=user, by=by, reason=form.cleaned_data["reason"])
        return done(request, user, "The second factors are reset; a mail tells of it.")
