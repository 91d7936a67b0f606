"""Where two who match could meet."""

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from matching.meeting_points import FAIREST_FIRST, meeting_points
from matching.meeting_serializers import MeetingPointSerializer
from matching.models import Match
from playgrounds.models import Playground
from profiles.access import OwnProfileMixin


class MeetingPointsView(OwnProfileMixin, ListAPIView):
    """Playgrounds that are fair to both sides of a match."""

    serializer_class = MeetingPointSerializer
    queryset = Playground.objects.none()
    ordering = FAIREST_FIRST

    @cached_property
    def match(self) -> Match:
        """One that lasts, of mine, with somebody who can still sign in."""
        mine = Match.objects.active().of(self.profile).select_related("low", "high")
        return get_object_or_404(mine.of_people_in_use(), pk=self.kwargs["pk"])

    def get_queryset(self) -> QuerySet[Playground]:
        return meeting_points(self.match, self.profile)

    @extend_schema(operation_id="matches_meeting_points_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Where we could meet: by the longer of our two ways, then by the difference between them.

        Playgrounds up to 25 km from the point halfway. `distance` is mine and `other_distance` theirs,
        in my unit, both from the middle of an area; theirs is the one that their card tells a
        distance to. 409 `no_location` while either of us has no such place.
        """
        return self.list(request)
