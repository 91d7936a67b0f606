"""Blocking people."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from accounts.authentication import SignedInRequest
from accounts.models import Block
from moderation import blocking
from moderation.serializers import BlockSerializer
from profiles.models import Profile
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
        blocked = get_object_or_404(Profile, pk=profile_id)
        if not blocking.unblock(blocker=request.user, blocked=blocked):
            raise NotFound
        return Response(status=status.HTTP_204_NO_CONTENT)
