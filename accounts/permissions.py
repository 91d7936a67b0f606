"""Who may ask: whoever is signed in and not barred, unless a view says otherwise."""

from typing import Any

from rest_framework.permissions import IsAuthenticated

from accounts.refusals import check_standing


class IsSignedIn(IsAuthenticated):
    """Suspended and banned people included: for the little that stays open to them."""


class InGoodStanding(IsSignedIn):
    """Everybody else who is signed in. Raises AccountSuspended or AccountBanned."""

    def has_permission(self, request: Any, view: Any) -> bool:
        """Whether the request goes on."""
        if not super().has_permission(request, view):
            return False
        check_standing(request.user)
        return True
