"""The forms of signing in to the admin."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from unfold.forms import AdminOwnPasswordChangeForm, AuthenticationForm
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from accounts.attempts import Method, record_attempt
from accounts.models import SecondFactor, User
from accounts.staff import factors, lockout, passkeys, signing_in
from pupmatch.lib.requests import caller, client_network
from pupmatch.lib.throttling import count_request


class StaffSignInForm(AuthenticationForm):
    """The password: limited, counted and logged."""

    error_messages = {
        "invalid_login": "There is no account of staff with this address and password.",
        "inactive": "There is no account of staff with this address and password.",
    }

    def clean(self) -> dict[str, Any]:
        email = self.cleaned_data.get("username")
        if not email or not self.cleaned_data.get("password"):
            return super().clean()
        try:
            self._limit()
            counted = lockout.count(self.request, email)
            cleaned = super().clean()
        except ValidationError:
            self._record(email, accepted=False)
            raise
        lockout.take_back(counted)
        self._record(email, accepted=True)
        return cleaned

    def _limit(self) -> None:
        count = count_request("sign_in", client_network(self.request))
        if not count.is_allowed:
            raise ValidationError(
                "Too many attempts; try again in %(seconds)d seconds.",
                code="throttled",
                params={"seconds": count.seconds_left},
            )

    def _record(self, email: str, *, accepted: bool) -> None:
        record_attempt(
            method=Method.ADMIN, accepted=accepted, caller=caller(self.request), email=email
        )


class _OfSomebody(forms.Form):
    """Knows who fills it in, and from where."""

    def __init__(self, request: HttpRequest, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.user = request, user


class CodeInput(UnfoldAdminTextInputWidget):
    """Empty again after a wrong code: the next one is another."""

    def format_value(self, value: Any) -> None:
        """Nothing."""


class CodeField(forms.CharField):
    """A code that is typed; spaces and dashes do not matter."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}
        super().__init__(max_length=40, widget=CodeInput(attrs=attrs), **kwargs)


class CodeForm(_OfSomebody):
    """A code of the authenticator app, or one of the recovery codes."""

    code = CodeField(label="Code")
    factor: SecondFactor

    def clean(self) -> dict[str, Any]:
        """Finds whose it is, and uses it up."""
        if "code" in self.cleaned_data:
            code = self.cleaned_data["code"]
            self.factor = signing_in.prove_factor(self.request, self.user, code=code)
        return self.cleaned_data


class CredentialField(forms.CharField):
    """What the browser answers in a ceremony of WebAuthn; the page's script fills it in."""

    def __init__(self) -> None:
        super().__init__(max_length=16_384, widget=forms.HiddenInput)

    def clean(self, value: str) -> dict:
        """The answer, read."""
        try:
            found = json.loads(super().clean(value))
        except (ValueError, RecursionError) as error:
            raise passkeys.PasskeyRefused from error
        if not isinstance(found, dict):
            raise passkeys.PasskeyRefused
        return found


class PasskeyForm(_OfSomebody):
    """A passkey, shown."""

    credential = CredentialField()
    factor: SecondFactor

    def clean(self) -> dict[str, Any]:
        """Finds which it is."""
        if "credential" in self.cleaned_data:
            credential = self.cleaned_data["credential"]
            self.factor = signing_in.prove_factor(self.request, self.user, credential=credential)
        return self.cleaned_data


class PasswordForm(_OfSomebody):
    """One's own password, asked again; where there is no second factor yet."""

    password = forms.CharField(
        widget=UnfoldAdminPasswordWidget(
            attrs={"autocomplete": "current-password", "autofocus": True}
        ),
        strip=False,
    )

    def clean(self) -> dict[str, Any]:
        """Compares it."""
        if "password" in self.cleaned_data:
            signing_in.prove_password(self.request, self.user, self.cleaned_data["password"])
        return self.cleaned_data


class NewAppForm(_OfSomebody):
    """The first code of an authenticator app that has just read the secret."""

    code = CodeField(label="Code that the app shows now")
    factor: SecondFactor

    def add(self, *, secret: str, is_first: bool) -> bool:
        """Keep the app; says whether the code was right."""
        if not self.is_valid():
            return False
        try:
            self.factor = factors.add_app(
                user=self.user, secret=secret, code=self.cleaned_data["code"], is_first=is_first
            )
        except ValidationError as error:
            self.add_error("code", error)
        return not self.errors


class NewPasskeyForm(_OfSomebody):
    """A passkey that the browser has just made."""

    name = forms.CharField(
        label="Name",
        max_length=40,
        initial="Passkey",
        help_text="To tell it from others: the telephone, laptop or key that it is on.",
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    credential = CredentialField()
    factor: SecondFactor

    def add(self, *, is_first: bool) -> bool:
        """Keep the passkey; says whether the browser's answer was right."""
        if not self.is_valid():
            return False
        try:
            self.factor = passkeys.register(
                self.request, self.user, **self.cleaned_data, is_first=is_first
            )
        except ValidationError as error:
            self.add_error(None, error)
        return not self.errors


class OwnPasswordForm(AdminOwnPasswordChangeForm):
    """Another password of one's own."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request.user, *args, **kwargs)
        self.request = request

    def clean_old_password(self) -> str:
        """Counted like a sign-in: a page left open is no place to guess it."""
        password = self.cleaned_data["old_password"]
        signing_in.prove_password(self.request, self.user, password)
        return password

    def save(self, commit: bool = True) -> User:
        """Change it."""
        signing_in.change_password(self.request, self.user, self.cleaned_data["new_password1"])
        return self.user
