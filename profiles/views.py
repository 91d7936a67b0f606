"""One's own profile and everything in it, and the lists to choose from."""

from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import mixins, status, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from profiles import services
from profiles.access import OwnProfileMixin
from profiles.images import Renditions, render
from profiles.models import Breed, Photo, Preferences, Profile
from profiles.serializers import (
    BreedSerializer,
    OwnProfileSerializer,
    PhotoOrderSerializer,
    PhotoSerializer,
    PhotosSerializer,
    PhotoUploadSerializer,
    PreferencesSerializer,
    PromptsSerializer,
    PromptSuggestionSerializer,
)
from profiles.suggestions import QUESTIONS
from pupmatch.lib.fields import PointSerializer
from pupmatch.lib.idempotency import idempotent
from pupmatch.lib.parsers import StrictJSONParser


class OwnProfileView(APIView):
    """The dog of whoever asks."""

    def _profile(self) -> Profile:
        return get_object_or_404(Profile.objects.for_card(), user=self.request.user)

    @extend_schema(operation_id="me_profile_retrieve", responses=OwnProfileSerializer)
    def get(self, request: Request) -> Response:
        """My whole profile: photos, prompts, favourites, and what is missing for the deck."""
        return Response(self._shape(self._profile()))

    @extend_schema(
        operation_id="me_profile_create",
        request=OwnProfileSerializer,
        responses={201: OwnProfileSerializer},
    )
    def post(self, request: Request) -> Response:
        """Make my profile. A second one is 409 `profile_exists`."""
        form = OwnProfileSerializer(data=request.data, context={"request": request})
        form.is_valid(raise_exception=True)
        services.create_profile(user=request.user, **form.validated_data)
        return Response(self._shape(self._profile()), status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="me_profile_partial_update",
        request=OwnProfileSerializer(partial=True),
        responses=OwnProfileSerializer,
    )
    def patch(self, request: Request) -> Response:
        """Change what is sent, and nothing else; everybody sees it from the next request on."""
        form = OwnProfileSerializer(
            self._profile(), data=request.data, partial=True, context={"request": request}
        )
        form.is_valid(raise_exception=True)
        services.change_profile(profile=form.instance, **form.validated_data)
        return Response(self._shape(self._profile()))

    @extend_schema(operation_id="me_profile_destroy", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Remove my profile with its photos, likes, matches and conversations; the account stays."""
        services.delete_profile(profile=self._profile())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _shape(self, profile: Profile) -> dict:
        return OwnProfileSerializer(profile, context={"request": self.request}).data


class PromptsView(OwnProfileMixin, APIView):
    """What the owner answers about the dog."""

    @extend_schema(
        operation_id="me_prompts_update", request=PromptsSerializer, responses=PromptsSerializer
    )
    def put(self, request: Request) -> Response:
        """Replace my prompts by these, in this order; at most ten, questions free."""
        form = PromptsSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        prompts = services.set_prompts(profile=self.profile, **form.validated_data)
        return Response(PromptsSerializer({"prompts": prompts}).data)


class PhotoViewSet(OwnProfileMixin, viewsets.GenericViewSet):
    """The dog's photos, two to six of them."""

    serializer_class = PhotoSerializer
    queryset = Photo.objects.none()
    throttle_scope = {"create": "upload"}
    parser_classes = [MultiPartParser, StrictJSONParser]

    @extend_schema(request={"multipart/form-data": PhotoUploadSerializer})
    def create(self, request: Request) -> Response:
        """Add a photo as the last one.

        It is judged by decoding: JPEG, PNG or WebP, else 415 `unsupported_image`; over 10 MB or
        40 megapixels is 413 `image_too_large`; a seventh is 409 `too_many_photos`.
        """
        form = PhotoUploadSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        profile = self.profile
        renditions = render(form.validated_data["image"])
        return self._attach(request, profile, renditions, services.store_renditions(renditions))

    @idempotent
    def _attach(
        self, request: Request, profile: Profile, renditions: Renditions, names: dict[str, str]
    ) -> Response:
        photo = services.add_photo(profile=profile, renditions=renditions, names=names)
        return Response(self.get_serializer(photo).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=PhotoOrderSerializer, responses=PhotosSerializer)
    def reorder(self, request: Request) -> Response:
        """Put my photos in this order; `ids` names each of them once."""
        form = PhotoOrderSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        photos = services.order_photos(profile=self.profile, **form.validated_data)
        return Response(PhotosSerializer({"photos": photos}, context={"request": request}).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: Any = None) -> Response:
        """Remove a photo and its files. A complete profile keeps two: 409 `too_few_photos`."""
        photo = get_object_or_404(self.profile.photos, pk=pk)
        services.delete_photo(profile=self.profile, photo=photo)
        return Response(status=status.HTTP_204_NO_CONTENT)


class LocationView(OwnProfileMixin, APIView):
    """Where the dog lives, as an area of about 1.1 km on a side."""

    @extend_schema(
        operation_id="me_location_update", request=PointSerializer, responses=PointSerializer
    )
    def put(self, request: Request) -> Response:
        """Say where I am. Only the centre of the area is kept, and answered.

        My own deck moves at once, others see the new area after 30 to 90 minutes; a first place
        shows at once. A seventh move within an hour is 429 `too_many_moves`.
        """
        form = PointSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        centre = services.set_location(profile=self.profile, point=form.validated_data)
        return Response(PointSerializer(centre).data)

    @extend_schema(operation_id="me_location_destroy", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Forget where I am; the profile is incomplete until there is another place."""
        services.remove_location(profile=self.profile)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PauseView(OwnProfileMixin, APIView):
    """A break from the deck."""

    @extend_schema(operation_id="me_pause_create", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """Leave the deck for a while; matches and conversations stay."""
        Profile.objects.filter(pk=self.profile.pk, paused_at=None).update(paused_at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(operation_id="me_pause_destroy", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Come back."""
        Profile.objects.filter(pk=self.profile.pk).update(paused_at=None)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PreferencesView(APIView):
    """Whom I want to meet."""

    def _preferences(self) -> Preferences:
        return Preferences.objects.get_or_create(user=self.request.user)[0]

    @extend_schema(operation_id="me_preferences_retrieve", responses=PreferencesSerializer)
    def get(self, request: Request) -> Response:
        """My preferences; the defaults until I change them."""
        return Response(PreferencesSerializer(self._preferences()).data)

    @extend_schema(
        operation_id="me_preferences_partial_update",
        request=PreferencesSerializer(partial=True),
        responses=PreferencesSerializer,
    )
    @transaction.atomic
    def patch(self, request: Request) -> Response:
        """Change what is sent; the next deck follows it."""
        # Locked, because two halves of a range are checked against each other.
        current = Preferences.objects.select_for_update().get(pk=self._preferences().pk)
        form = PreferencesSerializer(current, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        form.save()
        return Response(form.data)


@extend_schema(
    parameters=[OpenApiParameter("q", str, description="Part of a name; typing errors forgiven.")]
)
class BreedViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """Breeds to choose from, by name."""

    serializer_class = BreedSerializer
    permission_classes = [AllowAny]
    ordering = ("name",)
    queryset = Breed.objects.all()

    def get_queryset(self) -> QuerySet[Breed]:
        text = self.request.query_params.get("q", "").strip().lower()
        if len(text) > 80:
            raise ValidationError({"q": ["Use at most 80 characters."]})
        if not text:
            return self.queryset.all()
        lower = Lower("name")
        similar = self.queryset.annotate(
            lower_name=lower, similarity=TrigramWordSimilarity(text, lower)
        )
        return similar.filter(Q(lower_name__contains=text) | Q(similarity__gte=0.45))


class PromptSuggestionsView(APIView):
    """Questions to start from."""

    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="prompt_suggestions_list",
        responses=inline_serializer(
            "PromptSuggestionList", {"results": PromptSuggestionSerializer(many=True)}
        ),
    )
    def get(self, request: Request) -> Response:
        """Questions that many owners answer; any other may be asked, too."""
        return Response({"results": [{"question": question} for question in QUESTIONS]})
