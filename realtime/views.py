"""Tickets, and the stream for clients without a socket."""

from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import SignedInRequest
from messaging import services as messaging
from pupmatch.lib.problems import CONTENT_TYPE
from realtime import feed, services
from realtime.serializers import (
    CursorExpiredSerializer,
    EventPageSerializer,
    EventQuerySerializer,
    TicketSerializer,
    TooManyPollsSerializer,
)
from realtime.shapes import Reader


class TicketView(APIView):
    """The way to the socket."""

    throttle_scope = "ticket"

    @extend_schema(request=None, responses={201: TicketSerializer})
    def post(self, request: SignedInRequest) -> Response:
        """Get a ticket that opens one socket within 30 seconds.

        Connect to `url` with the subprotocol `pupmatch.v1`. The socket carries the events of
        `GET /events` as they happen; docs/realtime.md describes its frames.
        """
        secret, expires_at = services.issue_ticket(
            session=request.auth, base_url=request.build_absolute_uri("/")
        )
        url = f"{_socket_url(request)}?ticket={secret}"
        shape = TicketSerializer({"ticket": secret, "url": url, "expires_at": expires_at})
        return Response(shape.data, status=status.HTTP_201_CREATED)


def _socket_url(request: SignedInRequest) -> str:
    """Where the socket is: at the address of this request, unless the settings say otherwise."""
    if settings.REALTIME_URL:
        return settings.REALTIME_URL
    here = urlsplit(request.build_absolute_uri("/ws"))
    return urlunsplit(here._replace(scheme="wss" if here.scheme == "https" else "ws"))


RETRY_AFTER = OpenApiParameter(
    "Retry-After", int, OpenApiParameter.HEADER, description="Seconds.", response=[429]
)


class Place(NamedTuple):
    """Where a page ends, for whoever waits for the next one."""

    user_id: UUID
    session_id: UUID
    position: int
    wait: int


class PageResponse(Response):
    """One page of the stream, and where to wait for the next one."""

    place: Place


class EventsView(APIView):
    """Everything that happened to me, in order."""

    throttle_scope = "events"

    @extend_schema(
        parameters=[EventQuerySerializer, RETRY_AFTER],
        responses={
            200: EventPageSerializer,
            (410, CONTENT_TYPE): OpenApiResponse(
                CursorExpiredSerializer, description="The cursor is older than 30 days."
            ),
            (429, CONTENT_TYPE): OpenApiResponse(
                TooManyPollsSerializer,
                description="Others of my requests wait already, or too many came.",
            ),
        },
    )
    def get(self, request: SignedInRequest) -> Response:
        """What happened to me after a position: a hundred events at most, and about 256 kB.

        With `wait` it answers as soon as there is something, at the latest after so many seconds
        with an empty list. `after` says that this device has everything up to there. A cursor older
        than 30 days is 410 `cursor_expired`, with the `position` to go on from; one beyond the end
        is 400 `cursor_ahead`.
        """
        query = EventQuerySerializer(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        reader = Reader(request.user.pk, request.build_absolute_uri("/"))
        after, wait = query.validated_data["after"], query.validated_data["wait"]
        page = feed.page(feed.Cursor(reader, after))
        messaging.acknowledge(user_id=request.user.pk, position=after)
        response = PageResponse(
            {
                "events": [event.as_dict() for event in page.events],
                "position": page.position,
                "has_more": page.has_more,
            }
        )
        # The web process answers at once; the realtime process calls this view, too, and waits.
        response.place = Place(request.user.pk, request.auth.pk, page.position, wait)
        return response
