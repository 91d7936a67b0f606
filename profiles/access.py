"""The dog that is asking: what every view that acts for a profile starts from."""

from functools import cached_property
from typing import Any

from profiles.models import Profile
from profiles.services import NoProfile, ProfileIncomplete, mark_active


class OwnProfileMixin:
    """Gives a view `self.profile`, the profile of whoever asks."""

    request: Any

    @cached_property
    def profile(self) -> Profile:
        """The asker's profile with its preferences; raises NoProfile when there is none."""
        found = (
            Profile.objects.filter(user=self.request.user)
            .select_related("user__preferences")
            .first()
        )
        if found is None:
            raise NoProfile
        mark_active(found)
        return found

    @property
    def complete_profile(self) -> Profile:
        """The asker's profile; raises ProfileIncomplete with what is missing."""
        if not self.profile.is_complete:
            raise ProfileIncomplete(missing=self.profile.missing)
        return self.profile
