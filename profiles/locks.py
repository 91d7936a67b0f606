"""The lock that changes of a profile are made under."""

from profiles.models import Profile
from pupmatch.lib.problems import Problem


class ProfileIncomplete(Problem):
    """Not yet fit for the deck; `missing` says why."""

    default_code = "profile_incomplete"
    default_detail = "Complete the profile first; see missing."


class NoProfile(ProfileIncomplete):
    """There is no dog to act for."""

    default_detail = "Make a profile first."

    def __init__(self) -> None:
        super().__init__(missing=["profile"])


def lock(profile: Profile) -> Profile:
    """The profile's row, fresh and locked until the transaction ends.

    Raises NoProfile when it was deleted meanwhile.
    """
    found = Profile.objects.select_for_update(no_key=True).filter(pk=profile.pk).first()
    if found is None:
        raise NoProfile
    return found
