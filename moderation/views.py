"""Blocking people, and reporting them."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from accounts.authentication import SignedInRequest
from accounts.models import Block
from moderation import blocking, reporting
from moderation.models import Report
from moderation.serializers import BlockSerializer, ReportInputSerializer, ReportSerializer
from profiles.models import Profile
from pupmatch.lib.parsers import parsed
from pupmatch.lib.problems import NotFound


class BlockViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """People one wants nothing to do with."""

    serializer_class = BlockSerializer
    queryset = Block.objects.none()
    request: SignedInRequest
    ordering = ("-created_at", "-id")

    def get_queryset(self) -> QuerySet[Block]:
        """My blocks on people who still have a profile."""
        mine = Block.objects.filter(blocker=self.request.user, blocked__profile__isnull=False)
        return mine.select_related("blocked__profile")

    @extend_schema(request=None, responses={204: None})
    def update(self, request: SignedInRequest, profile_id: Any = None) -> Response:
        """Block somebody: neither sees the other any more, and a match ends without a reason."""
        blocked = get_object_or_404(blocking.blockable(request.user), pk=profile_id)
        blocking.block(blocker=request.user, blocked=blocked)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={204: None})
    def destroy(self, request: SignedInRequest, profile_id: Any = None) -> Response:
        """Lift a block; what it ended stays ended."""
        mine = Block.objects.filter(blocker=request.user).values("blocked")
        blocked = get_object_or_404(Profile.objects.filter(user__in=mine), pk=profile_id)
        if not blocking.unblock(blocker=request.user, blocked=blocked):
            raise NotFound
        return Response(status=status.HTTP_204_NO_CONTENT)


class ReportViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """What I reported to staff."""

    serializer_class = ReportSerializer
    queryset = Report.objects.none()
    request: SignedInRequest
    ordering = ("-created_at", "-id")
    throttle_scope = {"create": ("report", "report_daily")}

    def get_queryset(self) -> QuerySet[Report]:
        """My own."""
        return Report.objects.filter(reporter=self.request.user)

    @extend_schema(
        request=ReportInputSerializer, responses={201: ReportSerializer, 200: ReportSerializer}
    )
    def create(self, request: SignedInRequest) -> Response:
        """Report a profile, photo, prompt, message, playground or review to staff.

        What I can see, or could: also whoever blocked me or ended our match, and for three days a
        message that was edited or unsent, with what it said. It is kept as it stands now, so that
        nothing done to it afterwards matters; whoever is reported learns nothing of it. With
        `block` they are blocked, too. Repeated while it waits it is the first report: 200. What is
        none of my business is 404, what is my own 400 `oneself`. `report.decided` tells when staff
        have decided.
        """
        made, is_new = reporting.report(
            reporter=request.user, **parsed(ReportInputSerializer, request)
        )
        answer_status = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(ReportSerializer(made).data, status=answer_status)
