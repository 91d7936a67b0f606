"""What staff decided about me, and what I say to it."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.response import Response

from accounts.authentication import SignedInRequest
from accounts.permissions import IsSignedIn
from moderation import appeals
from moderation.decision_serializers import (
    AppealInputSerializer,
    DecisionSerializer,
)
from moderation.models import Decision
from pupmatch.lib.parsers import parsed


class DecisionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """What staff decided about me and why; open to suspended and banned people, too."""

    permission_classes = (IsSignedIn,)
    serializer_class = DecisionSerializer
    queryset = Decision.objects.none()
    request: SignedInRequest
    ordering = ("-in_force_at", "-id")

    def get_queryset(self) -> QuerySet[Decision]:
        """Those that I was told of."""
        return Decision.objects.told_to(self.request.user).select_related("appeal")


class AppealView(DecisionViewSet):
    """Objecting to one of them."""

    throttle_scope = "appeal"

    @extend_schema(request=AppealInputSerializer, responses={201: DecisionSerializer})
    def create(self, request: SignedInRequest, pk: Any = None) -> Response:
        """Appeal against a decision, once, and see the decision with the appeal.

        Somebody who had no part in it will answer: `decision.updated` tells when. A second appeal
        is 409 `already_appealed`. A decision that was undone, or is older than 180 days, is 409
        `not_appealable`; what is left of a limit or suspension that is over can be appealed
        against. Open to suspended and banned people.
        """
        decision, form = self.get_object(), parsed(AppealInputSerializer, request)
        appeals.appeal(decision=decision, by_person=request.user, text=form["text"])
        answer = DecisionSerializer(self.get_object()).data
        return Response(answer, status=status.HTTP_201_CREATED)
