"""Forms in which staff make and change accounts."""

from typing import Any

from django import forms
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts import standing
from accounts.models import User, normalize_email
from pupmatch.lib.jobs import enqueue


class _LowerCaseEmail(forms.ModelForm):
    def clean_email(self) -> str:
        """As addresses are stored and compared."""
        return normalize_email(self.cleaned_data["email"])


class AccountForm(_LowerCaseEmail, UserChangeForm):
    """An account that is there."""

    class Meta:
        model = User
        fields = "__all__"  # noqa: DJ007 (the admin's fieldsets choose)


class NewAccountForm(_LowerCaseEmail, UserCreationForm):
    """A new account; its password is hashed like any other."""

    class Meta:
        model = User
        fields = ("email",)


class NewPasswordForm(AdminPasswordChangeForm):
    """A password set by staff, which ends every sign-in like any change of it."""

    def save(self, commit: bool = True) -> Any:
        user = super().save(commit)
        standing.sign_out(user=user)
        enqueue("accounts.tasks.mail_password_changed", user_id=user.pk)
        return user
