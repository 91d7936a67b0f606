"""Playgrounds: to find, to add, and to keep as favourites."""

from contextlib import nullcontext
from typing import Any, cast

from django.contrib.gis.db.models import PointField
from django.db.models import FloatField
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status, viewsets
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.asking import AnswersAtOnce, OwnListing, at_once
from accounts.authentication import USER
from accounts.models import User
from playgrounds import services
from playgrounds.models import Playground, PlaygroundQuerySet
from playgrounds.renderers import GeoJSONRenderer
from playgrounds.search import (
    DEFAULT_RADIUS_M,
    NEAREST_FIRST,
    PlaygroundSearchSerializer,
    forgiving_typos,
    search,
)
from playgrounds.serializers import (
    PlaygroundFeatureCollectionSerializer,
    PlaygroundFeatureSerializer,
    PlaygroundSerializer,
)
from pupmatch.lib.documents import Param
from pupmatch.lib.idempotency import idempotent
from pupmatch.lib.parsers import checked
from pupmatch.lib.renderers import OrjsonRenderer

JSON, GEOJSON = OrjsonRenderer.media_type, GeoJSONRenderer.media_type
ONE = {(200, JSON): PlaygroundSerializer, (200, GEOJSON): PlaygroundFeatureSerializer}
ADDED = {(201, JSON): PlaygroundSerializer, (201, GEOJSON): PlaygroundFeatureSerializer}
PAGE = {
    (200, JSON): PlaygroundSerializer(many=True),
    (200, GEOJSON): PlaygroundFeatureCollectionSerializer,
}


class SeenByAsker(generics.GenericAPIView):
    """Playgrounds as whoever asks sees them, in JSON or GeoJSON."""

    queryset = Playground.objects.none()
    serializer_class = PlaygroundSerializer
    renderer_classes = [OrjsonRenderer, GeoJSONRenderer]

    def get_queryset(self) -> PlaygroundQuerySet:
        return Playground.objects.for_viewer(self.person)

    @property
    def person(self) -> User:
        """Whoever asks; without a sign-in no request comes this far."""
        return cast(User, self.request.user)


# What is asked all day: what is around a point. The answer is the same as any other search's.
NEAR = Param("near", PointField(geography=True))
RADIUS = Param("radius_m", FloatField())


def nearby() -> PlaygroundQuerySet:
    """What is around a point, as whoever asks sees it, for a document."""
    asked = {"near": NEAR, "radius_m": RADIUS}
    return search(Playground.objects.for_viewer(USER), asked)[0]


class PlaygroundViewSet(viewsets.ViewSetMixin, AnswersAtOnce, SeenByAsker):
    """Places where dogs meet."""

    document = OwnListing(PlaygroundSerializer, nearby)
    throttle_scope = {"list": "places", "create": "playground"}
    ordering = ["-id"]

    def answer_at_once(self, request: Request) -> Response | None:
        """What is around a point, unless something else is asked for, too."""
        asked = PlaygroundSearchSerializer(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        known = {"radius_m": DEFAULT_RADIUS_M, **asked.validated_data}
        if known.keys() != {"near", "radius_m"}:
            return None
        self.ordering = NEAREST_FIRST
        self.asked |= known | {"near": known["near"].ewkt}
        return super().answer_at_once(request)

    def answer_nothing(self) -> Response | None:
        """An empty page, where it was asked for what is around a point."""
        is_known = self.ordering is NEAREST_FIRST
        return self.get_paginated_response([]) if is_known else None

    @extend_schema(parameters=[PlaygroundSearchSerializer], responses=PAGE)
    @at_once
    def list(self, request: Request) -> Response:
        """Find playgrounds: around a point, in a map's window, by name or place.

        Nearest first with `near`; else the closest names first with `q`; else the newest. The
        point asked about is used for this answer only: it is neither stored nor logged.
        """
        asked = PlaygroundSearchSerializer(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        found, self.ordering = search(self.get_queryset(), asked.validated_data)
        with forgiving_typos() if asked.validated_data.get("q") else nullcontext():
            page = self.paginate_queryset(found)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(responses=ADDED)
    @idempotent
    def create(self, request: Request) -> Response:
        """Add a playground; whoever adds it may change and remove it."""
        form = self.get_serializer(data=request.data)
        checked(form)
        added = services.add_playground(user=self.person, **form.validated_data)
        return self._answer(added, status=status.HTTP_201_CREATED)

    @extend_schema(responses=ONE)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One playground."""
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(responses=ONE)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change what is sent, and nothing else; only for whoever added it.

        409 `playground_in_use` to another name or place, once others have it among their favourites,
        reviewed it, or it was shared in a conversation.
        """
        playground = self.get_object()
        form = self.get_serializer(playground, data=request.data, partial=True)
        checked(form)
        services.change_playground(
            playground_id=playground.pk, user=self.person, **form.validated_data
        )
        return self._answer(playground)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a playground, from everybody's favourites too; only for whoever added it."""
        services.remove_playground(playground_id=self.get_object().pk, user=self.person)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=ONE)
    @action(detail=True, methods=["put"])
    def favorite(self, request: Request, pk: str) -> Response:
        """Make it one of my favourites; harmless to repeat.

        At most 100 a person: one more is 409 `too_many_favorites`.
        """
        playground = self.get_object()
        services.add_favorite(user=self.person, playground_id=playground.pk)
        return self._answer(playground)

    @extend_schema(responses={204: None})
    @favorite.mapping.delete
    def unfavorite(self, request: Request, pk: str) -> Response:
        """Take it off my favourites; harmless when it is none of them."""
        services.remove_favorite(user=self.person, playground_id=self.get_object().pk)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _answer(self, playground: Playground, **kwargs: Any) -> Response:
        # Read again: the figures beside the row's own columns come from the queryset.
        seen = get_object_or_404(self.get_queryset(), pk=playground.pk)
        return Response(self.get_serializer(seen).data, **kwargs)


class FavoritesView(SeenByAsker, generics.ListAPIView):
    """One's own favourites."""

    ordering = ["-favorited_at", "-id"]

    def get_queryset(self) -> PlaygroundQuerySet:
        return super().get_queryset().favorites_of(self.person)

    @extend_schema(operation_id="me_favorites_list", responses=PAGE)
    def get(self, request: Request) -> Response:
        """My favourite playgrounds, the newest favourite first."""
        return self.list(request)
