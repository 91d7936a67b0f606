"""The dog that is asking: what every view that acts for a profile starts from."""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import QuerySet, Subquery
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from accounts.asking import AnswersAtOnce, OwnListing
from accounts.authentication import USER, SessionTokenAuthentication, signed_in
from profiles.models import Profile
from profiles.services import NoProfile, ProfileIncomplete, mark_active, mark_visit
from pupmatch.lib.documents import Instances

OWNERS = Instances(lambda: signed_in().select_related("user__profile", "user__preferences"))
# Whose dog is asking, in a document's statement: looked up once, whatever the number of rows.
OWN_PROFILE: Any = Subquery(Profile.objects.filter(user=USER).values("pk"))


class OwnProfileMixin:
    """Gives a view `self.profile`, the profile of whoever asks."""

    request: Any

    def get_authenticators(self) -> list:
        """The usual one, bringing along the profile in the query that it makes anyway."""
        return [SessionTokenAuthentication(OWNERS)]

    @cached_property
    def profile(self) -> Profile:
        """The asker's profile with its preferences; raises NoProfile when there is none."""
        found = getattr(self.request.user, "profile", None)
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


class VisitListing(OwnListing):
    """A list for a dog, which counts as being around."""

    def __init__(self, serializer: type[Serializer], build: Callable[[], QuerySet]) -> None:
        last = Profile.objects.filter(user=USER).values("last_active_at")
        super().__init__(serializer, build, last_active_at=Subquery(last))


class VisitAtOnce(OwnProfileMixin, AnswersAtOnce):
    """A view that answers at once from a VisitListing."""

    def answer_nothing(self) -> Response | None:
        """An empty page, for whoever has a dog; raises NoProfile."""
        return self.get_paginated_response([]) if self.profile else None  # type: ignore[attr-defined]

    def noted(self, last_active_at: datetime) -> None:  # type: ignore[override]
        """Note that the owner is around."""
        mark_visit(self.asked["user"], last_active_at)
