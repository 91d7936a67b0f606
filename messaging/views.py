"""The inbox, its conversations, and what is written in them."""

from typing import Any

from django.db.models import Prefetch, Q, QuerySet, Subquery, UUIDField
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.generics import ListAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.asking import at_once
from accounts.authentication import SignedInRequest
from messaging import services
from messaging.models import Message, MessageQuerySet, Participant
from messaging.serializers import (
    ConversationSerializer,
    MessageEditSerializer,
    MessageInputSerializer,
    MessageSerializer,
    ReadSerializer,
    SearchSerializer,
)
from profiles.access import OWN_PROFILE, OwnProfileMixin, VisitAtOnce, VisitListing
from profiles.models import Profile
from pupmatch.lib.documents import Instances, Param
from pupmatch.lib.parsers import parsed
from pupmatch.lib.problems import NotFound
from pupmatch.lib.throttling import Each

CONVERSATION = Param("id", UUIDField())


def inbox() -> QuerySet[Participant]:
    """The inbox of whoever asks, for a document."""
    return Participant.objects.inbox_of(OWN_PROFILE)


def history() -> QuerySet[Message]:
    """What they see of the conversation in the address, for a document."""
    side = inbox().filter(conversation=CONVERSATION).values("cleared_position")
    return Message.objects.filter(conversation=CONVERSATION, position__gt=Subquery(side))


OWN = {"conversation": CONVERSATION, "profile": Param("profile", UUIDField())}
READING = Instances(lambda: Participant.objects.filter(deleted_at=None, **OWN))
# One may write to somebody one is matched with although one deleted what was before.
WRITING = Instances(
    lambda: Participant.objects.filter(Q(deleted_at=None) | Q(closed_at=None), **OWN)
)
# Made once: making its fields costs more than writing a message into them.
MESSAGE = MessageSerializer()


@extend_schema_view(retrieve=extend_schema(summary="One conversation, seen from my side."))
class ConversationViewSet(
    VisitAtOnce,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet,
):
    """Conversations with the people one is, or was, matched with."""

    serializer_class = ConversationSerializer
    document = VisitListing(ConversationSerializer, inbox)
    queryset = Participant.objects.none()
    lookup_field = "conversation_id"
    lookup_url_kwarg = "id"
    lookup_value_converter = "id"
    ordering = ("-updated_at", "-id")

    def get_queryset(self) -> QuerySet[Participant]:
        """My side of each conversation that I did not delete."""
        mine = Participant.objects.inbox_of(self.profile)
        others = Profile.objects.for_card().select_related("user__preferences")
        return mine.select_related("last_message__playground").prefetch_related(
            Prefetch("other", others)
        )

    @at_once
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Conversations with the people one is, or was, matched with."""
        return super().list(request, *args, **kwargs)

    @extend_schema(responses={204: None})
    def destroy(self, request: SignedInRequest, id: Any = None) -> Response:
        """Delete the conversation for me only; a new message brings it back from there on."""
        services.delete_for_me(participant=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=ReadSerializer, responses=ConversationSerializer)
    @action(detail=True, methods=["post"], pagination_class=None)
    def read(self, request: SignedInRequest, id: Any = None) -> Response:
        """Say how far I have read; beyond the end means the end.

        The other side is told while both of us have `read_receipts` on.
        """
        fields = parsed(ReadSerializer, request)
        services.mark_read(participant=self.get_object(), **fields)
        return Response(self.get_serializer(self.get_object()).data)


class ConversationMessagesViewSet(VisitAtOnce, mixins.ListModelMixin, viewsets.GenericViewSet):
    """What was written in one conversation."""

    throttle_scope = {"create": ("message", Each("message_in_conversation", "id"))}
    serializer_class = MessageSerializer
    document = VisitListing(MessageSerializer, history)
    queryset = Message.objects.none()

    @property
    def ordering(self) -> tuple[str]:
        """By position, oldest first unless `?order=desc`."""
        order = self.request.query_params.get("order", "asc")
        if order not in ("asc", "desc"):
            raise ValidationError({"order": ["Use asc or desc."]})
        return ("position",) if order == "asc" else ("-position",)

    def answer_nothing(self) -> Response | None:
        """An empty page, where there is a conversation."""
        side = READING.first({"profile": self.profile.pk, "id": self.kwargs["id"]})
        return super().answer_nothing() if side else None

    def get_queryset(self) -> QuerySet[Message]:
        """Messages after those that I deleted for me."""
        mine = Participant.objects.inbox_of(self.profile)
        participant = get_object_or_404(mine, conversation=self.kwargs["id"])
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
    @at_once
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
        it was sent with other content, 409 `match_ended` after the match ended, 403
        `account_limited`, with `until`, while staff have limited the account.
        """
        fields = parsed(MessageInputSerializer, request)
        participant = WRITING.first({"profile": self.profile.pk, "id": id})
        if participant is None:
            raise NotFound
        message, is_new = services.send(participant=participant, **fields)
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(MESSAGE.to_representation(message), status=code)


class MessageViewSet(OwnProfileMixin, viewsets.GenericViewSet):
    """What I wrote, for the 15 minutes in which it can be changed."""

    # The other side gets the new words as they would a new message.
    throttle_scope = {"partial_update": "message"}
    serializer_class = MessageSerializer
    queryset = Message.objects.none()

    def get_queryset(self) -> MessageQuerySet:
        """My own messages, in conversations that I did not delete."""
        return Message.objects.visible_to(self.profile).filter(sender=self.profile)

    @extend_schema(request=MessageEditSerializer, responses=MessageSerializer)
    def partial_update(self, request: SignedInRequest, id: Any = None) -> Response:
        """Edit what I wrote, within 15 minutes; both see that it was edited.

        409 `too_late` afterwards, 409 `too_many_edits` after ten edits, 409 `match_ended` after the
        match ended, 409 `not_text` for a shared playground and for a message that was unsent, 409
        `message_held` while it is held, 403 `account_limited` as for sending.
        """
        fields = parsed(MessageEditSerializer, request)
        message = get_object_or_404(self.get_queryset(), pk=id)
        if "body" in fields:
            message = services.edit(message=message, body=fields["body"])
        return Response(self.get_serializer(message).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: SignedInRequest, id: Any = None) -> Response:
        """Unsend a message, within 15 minutes: both see that there was one, and nothing of it.

        It keeps its place, with `deleted_at` and `body: null`. Harmless to repeat, and possible
        after the match ended; 409 `too_late` afterwards.
        """
        services.unsend(message=get_object_or_404(self.get_queryset(), pk=id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class MessageSearchView(OwnProfileMixin, ListAPIView):
    """Words in what I wrote and received."""

    throttle_scope = "search"
    serializer_class = MessageSerializer
    queryset = Message.objects.none()
    ordering = ("-created_at", "-id")

    def get_queryset(self) -> MessageQuerySet:
        """What the query finds in the conversations that I did not delete."""
        form = SearchSerializer(data=self.request.query_params)
        form.is_valid(raise_exception=True)
        found = Message.objects.visible_to(self.profile).saying(form.validated_data["q"])
        return found.select_related("playground")

    @extend_schema(operation_id="messages_search", parameters=[SearchSerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Search my conversations for words, newest first.

        What was unsent or is held, and what I deleted for me, is not found. Nothing to look for,
        such as nothing but signs or `-words`, finds nothing.
        """
        return super().get(request, *args, **kwargs)
