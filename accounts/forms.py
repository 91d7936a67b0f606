"""The sign-in form of the admin."""

from typing import Any

from django.core.exceptions import ValidationError
from unfold.forms import AuthenticationForm

from accounts.attempts import Method, record_attempt
from pupmatch.lib.requests import caller, client_network
from pupmatch.lib.throttling import count_request


class StaffSignInForm(AuthenticationForm):
    """Limits and logs sign-ins of staff as those of the API are."""

    def clean(self) -> dict[str, Any]:
        try:
            self._limit()
            cleaned = super().clean()
        except ValidationError:
            self._record(accepted=False)
            raise
        if self.get_user():
            self._record(accepted=True)
        return cleaned

    def _limit(self) -> None:
        count = count_request("sign_in", client_network(self.request))
        if not count.is_allowed:
            raise ValidationError(
                "Too many attempts; try again in %(seconds)d seconds.",
                code="throttled",
                params={"seconds": count.seconds_left},
            )

    def _record(self, *, accepted: bool) -> None:
        email = self.cleaned_data.get("username", "")
        record_attempt(
            method=Method.ADMIN, accepted=accepted, caller=caller(self.request), email=email
        )
