"""What people think of a playground, under the names of their dogs."""

from typing import cast

from django.db.models import F
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from playgrounds.models import Playground, Review, ReviewQuerySet


class ShownReviewSerializer(serializers.ModelSerializer):
    """What somebody thinks of a playground."""

    author = serializers.CharField(
        read_only=True, allow_null=True, help_text="What their dog is called; null without one."
    )

    class Meta:
        model = Review
        fields = ("id", "stars", "text", "author", "created_at", "updated_at")
        read_only_fields = fields


class ReviewsView(generics.ListAPIView):
    """The reviews of a playground."""

    serializer_class = ShownReviewSerializer
    ordering = ("-id",)  # UUIDv7: the order in which they were first written

    def get_queryset(self) -> ReviewQuerySet:
        person = cast(User, self.request.user)
        places = Playground.objects.shown_to(person)
        playground = get_object_or_404(places, pk=self.kwargs["playground"])
        shown = Review.objects.shown_to(person).filter(playground=playground)
        return shown.annotate(author=F("user__profile__name"))

    @extend_schema(operation_id="playgrounds_reviews_list")
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """What people think of it, the newest review first; `POST /reports` takes their ids.

        Without those of people whom I blocked or who blocked me.
        """
        return self.list(request, *args, **kwargs)
