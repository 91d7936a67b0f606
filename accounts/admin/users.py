"""Accounts and the groups that give staff their rights."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from accounts import credentials, standing
from accounts.admin.forms import AccountForm, NewAccountForm, NewPasswordForm
from accounts.admin.lockouts import LiftsLockouts
from accounts.admin.staff import ResetsSecondFactors
from accounts.models import User
from accounts.social.services import linked
from pupmatch.lib.admin.actions import done, question
from pupmatch.lib.admin.base import StaffAdmin
from pupmatch.lib.admin.filters import state_filter
from pupmatch.lib.admin.sections import Figure, Section
from pupmatch.lib.admin.when import MadeFilter


@admin.register(User)
class UserAdmin(LiftsLockouts, ResetsSecondFactors, DjangoUserAdmin, StaffAdmin):  # type: ignore[misc]  # both extend ModelAdmin
    """Accounts. Only superusers touch staff, so that nobody lends themselves a right."""

    section = Section.PEOPLE
    icon = "person"
    person_path = "pk"
    figures = (Figure("People", lambda: User.objects.all()),)
    deletion_takes = (
        "The dog's profile with its photos, prompts and place",
        "Likes, passes, matches, and conversations with every message in them, on both sides",
        "Favourites, preferences, blocks, sign-ins and the log of them",
        "Not: playgrounds that the person added; they stay, without the name",
    )

    form = AccountForm
    add_form = NewAccountForm
    change_password_form = NewPasswordForm
    add_form_template = None
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "email",
                    "email_verified_at",
                    "providers",
                    "state",
                    "created_at",
                    "last_login",
                )
            },
        ),
        (
            "Staff",
            {"fields": ("password", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
    )
    readonly_fields = ("email_verified_at", "providers", "state", "created_at", "last_login")

    list_display = ("email", "state", "is_verified", "role", "created_at")
    list_filter = (
        "is_active",
        "is_staff",
        state_filter("email_verified_at", absent="Unverified", present="Verified"),
        MadeFilter,
    )
    search_fields = ("id", "email__startswith")
    search_help_text = "Beginning of an address, or id"
    sortable_by = ("email", "created_at")
    ordering = ("-created_at",)
    actions_detail = (
        {
            "title": "Actions",
            "items": [
                "send_reset",
                "lift_lockout",
                "sign_out",
                "reset_factors",
                "deactivate",
                "reactivate",
            ],
        },
    )

    @display(
        description="state",
        label={
            "active": "success",
            "limited": "warning",
            "suspended": "danger",
            "banned": "danger",
            "deactivated": "danger",
        },
    )
    def state(self, user: User) -> tuple[str, str]:
        """Whether the account is in use, or the strongest of what staff decided."""
        if user.banned_at:
            return "banned", f"banned since {date_format(user.banned_at)}"
        if user.suspended_until:
            return "suspended", f"suspended until {date_format(user.suspended_until)}"
        if not user.is_active:
            return "deactivated", "deactivated"
        if user.limited_until and user.is_limited:
            return "limited", f"limited until {date_format(user.limited_until)}"
        return "active", "active"

    @display(description="role")
    def role(self, user: User) -> str:
        """What the account may do here."""
        if user.is_superuser:
            return "superuser"
        return "staff" if user.is_staff else "–"

    @display(description="verified", boolean=True)
    def is_verified(self, user: User) -> bool:
        """Whether a mail to the address was answered."""
        return user.is_email_verified

    @display(description="signs in with")
    def providers(self, user: User) -> str:
        """What opens the account besides its password."""
        links = linked(user)
        said = [f"{link.provider.capitalize()} since {link.date_joined:%Y-%m-%d}" for link in links]
        return ", ".join(said if user.pk and said else ["password only"])

    # --- Who may what -----------------------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Staff are for superusers."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (request.user.is_superuser or not (obj and obj.is_staff))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Not staff, whose log would go with them: take the staff status away first."""
        return super().has_delete_permission(request, obj) and not (obj and obj.is_staff)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Rights and passwords are for superusers."""
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj is None or request.user.is_superuser else fieldsets[:1]

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:
        """For superusers; anybody else sends the owner a link."""
        if not request.user.is_superuser:
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)

    def _allows(
        self, request: HttpRequest, object_id: str | None, condition: Callable[[User], bool]
    ) -> bool:
        """Whether the person may edit that account and it meets the condition; any, for a list."""
        if object_id is None:
            return self.has_change_permission(request)
        user = self.get_object(request, object_id)
        return bool(user and self.has_change_permission(request, user) and condition(user))

    def has_deactivate_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Anybody one may edit, but not oneself; of the roles, Admin alone may edit people."""
        return self._allows(request, object_id, lambda u: u.may_sign_in and u != request.user)

    def has_reactivate_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Anybody one may edit; decisions are undone where they were made."""
        return self._allows(request, object_id, lambda user: not user.may_sign_in)

    def has_sign_out_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Anybody one may edit."""
        return self._allows(request, object_id, lambda user: user.may_sign_in)

    # --- What staff do ----------------------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """An account that moves to another address does so as if its owner had moved it."""
        email = obj.email
        if change and "email" in form.changed_data:
            obj.email = form.initial["email"]
            credentials.move_account(user=obj, email=email)
        super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Erase, files included."""
        credentials.remove_account(user=obj)

    @action(
        description="Deactivate",
        permissions=["deactivate"],
        icon="person_off",
        variant=ActionVariant.DANGER,
        dialog=question(
            "Deactivate this account?",
            "Every sign-in ends, and nobody sees the profile until it is reactivated.",
            "Deactivate",
        ),
    )
    def deactivate(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Put the account out of use."""
        user = self.row(request, object_id)
        standing.deactivate(user=user)
        self.log(request, user, "user.deactivate")
        return done(request, user, "The account is deactivated; every sign-in has ended.")

    @action(
        description="Reactivate",
        permissions=["reactivate"],
        icon="person_check",
        dialog=question("Reactivate this account?", "Its owner can sign in again.", "Reactivate"),
    )
    def reactivate(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Put the account to use again."""
        user = self.row(request, object_id)
        standing.reactivate(user=user)
        self.log(request, user, "user.reactivate")
        return done(request, user, "Its owner can sign in again.")

    @action(
        description="Sign out",
        permissions=["sign_out"],
        icon="logout",
        dialog=question("End every sign-in?", "On all of this person's devices.", "Sign out"),
    )
    def sign_out(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """End every sign-in."""
        user = self.row(request, object_id)
        count = standing.sign_out(user=user)
        self.log(request, user, "user.sign_out")
        return done(request, user, f"Sign-ins ended: {count}.")

    @action(
        description="Mail password link",
        permissions=["sign_out"],
        icon="mail_lock",
        dialog=question(
            "Mail a link that sets a new password?", "It goes to the account's address.", "Send"
        ),
    )
    def send_reset(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Help somebody who cannot sign in."""
        user = self.row(request, object_id)
        credentials.request_password_reset(email=user.email)
        self.log(request, user, "user.send_password_link")
        return done(request, user, "The link is on its way.")


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, StaffAdmin):  # type: ignore[misc]  # as above
    """Groups give rights, so only superusers change them."""

    section = Section.SYSTEM
    icon = "groups"
    search_fields = ("name__icontains",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Superusers."""
        return request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Superusers."""
        return request.user.is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Superusers."""
        return request.user.is_superuser
