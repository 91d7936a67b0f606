"""One's own reviews; everybody's are listed where their dogs are known (`profiles.reviews`)."""

from typing import cast
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from playgrounds import services
from playgrounds.models import Playground, Review
from playgrounds.serializers import ReviewSerializer
from pupmatch.lib.parsers import parsed


class ReviewViewSet(mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """What I think of a playground."""

    queryset = Review.objects.none()
    serializer_class = ReviewSerializer
    lookup_field = "playground"
    throttle_scope = {"update": "review"}

    @property
    def person(self) -> User:
        """Whoever asks; without a sign-in no request comes this far."""
        return cast(User, self.request.user)

    def get_queryset(self) -> QuerySet[Review]:
        """Mine, of places that I may find."""
        places = Playground.objects.shown_to(self.person)
        return Review.objects.filter(user=self.person, playground__in=places)

    @extend_schema(operation_id="playgrounds_review_retrieve")
    def retrieve(self, request: Request, *args: object, **kwargs: object) -> Response:
        """My review; 404 while there is none."""
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(
        operation_id="playgrounds_review_update",
        responses={200: ReviewSerializer, 201: ReviewSerializer},
    )
    def update(self, request: Request, playground: UUID) -> Response:
        """Say what I think of it, in place of what I said before; 201 the first time.

        Words with contact details or links may be kept from others until staff have looked:
        `is_held`.
        """
        fields = parsed(ReviewSerializer, request)
        review, is_new = services.write_review(user=self.person, playground_id=playground, **fields)
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(self.get_serializer(review).data, status=code)

    @extend_schema(operation_id="playgrounds_review_destroy", responses={204: None})
    def destroy(self, request: Request, playground: UUID) -> Response:
        """Take my review back; harmless when there is none."""
        services.remove_review(user=self.person, playground_id=playground)
        return Response(status=status.HTTP_204_NO_CONTENT)
