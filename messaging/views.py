"""The inbox, its conversations, and what is written in them."""

from typing import Any

from django.db.models import F, Prefetch, Q, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import SignedInRequest
from messaging import services
from messaging.models import Message, Participant
from messaging.serializers import (
    ConversationSerializer,
    MessageInputSerializer,
    MessageSerializer,
    ReadSerializer,
)
from profiles.access import OwnProfileMixin
from profiles.models import Profile
from pupmatch.lib.parsers import parsed

LATEST = Prefetch(
    "conversation__messages",
    Message.objects.filter(position=F("conversation__last_position")).select_related("playground"),
    to_attr="latest",
)


@extend_schema_view(retrieve=extend_schema(summary="One conversation, seen from my side."))
class ConversationViewSet(
    OwnProfileMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet,
):
    """Conversations with the people one is, or was, matched with."""

    serializer_class = ConversationSerializer
    queryset = Participant.objects.none()
    lookup_field = "conversation_id"
    lookup_url_kwarg = "id"
    lookup_value_converter = "id"
    ordering = ("-updated_at", "-id")

    def get_queryset(self) -> QuerySet[Participant]:
        """My side of each conversation that I did not delete."""
        mine = Participant.objects.filter(profile=self.profile, deleted_at=None)
        return mine.select_related("conversation__match").prefetch_related(
            Prefetch("other", Profile.objects.for_card()), LATEST
        )

    @extend_schema(responses={204: None})
    def destroy(self, request: SignedInRequest, id: Any = None) -> Response:
        """Delete the conversation for me only; a new message brings it back from there on."""
        services.delete_for_me(participant=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=ReadSerializer, responses=ConversationSerializer)
    @action(detail=True, methods=["post"], pagination_class=None)
    def read(self, request: SignedInRequest, id: Any = None) -> Response:
        """Say how far I have read; beyond the end means the end."""
        fields = parsed(ReadSerializer, request)
        services.mark_read(participant=self.get_object(), **fields)
        return Response(self.get_serializer(self.get_object()).data)


class MessageViewSet(OwnProfileMixin, mixins.ListModelMixin, viewsets.GenericViewSet):
    """What was written in one conversation."""

    serializer_class = MessageSerializer
    queryset = Message.objects.none()

    def _participant(self, among: Q) -> Participant:
        """My side of the conversation in the address."""
        mine = Participant.objects.filter(among, profile=self.profile)
        return get_object_or_404(mine, conversation=self.kwargs["id"])

    @property
    def ordering(self) -> tuple[str]:
        """By position, oldest first unless `?order=desc`."""
        order = self.request.query_params.get("order", "asc")
        if order not in ("asc", "desc"):
            raise ValidationError({"order": ["Use asc or desc."]})
        return ("position",) if order == "asc" else ("-position",)

    def get_queryset(self) -> QuerySet[Message]:
        """Messages after those that I deleted for me."""
        participant = self._participant(Q(deleted_at=None))
        return Message.objects.filter(
            conversation=participant.conversation_id, position__gt=participant.cleared_position
        ).select_related("playground")

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "order", str, enum=["asc", "desc"], description="asc (the default): oldest first."
            )
        ]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The history by position, page by page in both directions."""
        return super().list(request, *args, **kwargs)

    @extend_schema(
        request=MessageInputSerializer,
        responses={201: MessageSerializer, 200: MessageSerializer},
    )
    def create(self, request: SignedInRequest, id: Any = None) -> Response:
        """Write a message, or share a playground.

        201 when it is new, 200 when this `client_id` was sent before, 409 `client_id_reused` when
        it was sent with other content, 409 `match_ended` after the match ended.
        """
        fields = parsed(MessageInputSerializer, request)
        # One may write to somebody one is matched with although one deleted what was before.
        participant = self._participant(Q(deleted_at=None) | Q(conversation__closed_at=None))
        message, is_new = services.send(participant=participant, **fields)
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(self.get_serializer(message).data, status=code)
