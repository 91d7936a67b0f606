"""One's own profile and everything in it."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import get_object_or_404
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.asking import AnswersAtOnce, OwnDocument, at_once
from accounts.authentication import USER, SignedInRequest
from accounts.models import User
from profiles import services
from profiles.access import OwnProfileMixin
from profiles.content_serializers import (
    OwnPhotoSerializer,
    PhotoOrderSerializer,
    PhotosSerializer,
    PhotoUploadSerializer,
    PromptsSerializer,
)
from profiles.images import Renditions
from profiles.models import MAX_PHOTOS, Preferences, Profile
from profiles.preference_serializers import PreferencesSerializer
from profiles.serializers import LocationSerializer, OwnProfileSerializer
from profiles.uploads import render
from pupmatch.lib.fields import PointSerializer
from pupmatch.lib.idempotency import HEADER as IDEMPOTENCY_KEY
from pupmatch.lib.idempotency import earlier_answer, idempotent
from pupmatch.lib.parsers import checked, parsed


class OwnProfileView(AnswersAtOnce):
    """The dog of whoever asks."""

    request: SignedInRequest
    document = OwnDocument(OwnProfileSerializer, lambda: Profile.objects.filter(user=USER))

    def _profile(self) -> Profile:
        return get_object_or_404(Profile.objects.for_card(), user=self.request.user)

    @extend_schema(operation_id="me_profile_retrieve", responses=OwnProfileSerializer)
    @at_once
    def get(self, request: SignedInRequest) -> Response:
        """My whole profile: photos, prompts, favourites, and what is missing for the deck."""
        return Response(self._shape(self._profile()))

    @extend_schema(
        operation_id="me_profile_create",
        request=OwnProfileSerializer,
        responses={201: OwnProfileSerializer},
    )
    def post(self, request: SignedInRequest) -> Response:
        """Make my profile. A second one is 409 `profile_exists`."""
        form = OwnProfileSerializer(data=request.data, context={"request": request})
        checked(form)
        services.create_profile(user=request.user, **form.validated_data)
        return Response(self._shape(self._profile()), status=status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="me_profile_partial_update",
        request=OwnProfileSerializer(partial=True),
        responses=OwnProfileSerializer,
    )
    def patch(self, request: SignedInRequest) -> Response:
        """Change what is sent, and nothing else; everybody sees it from the next request on."""
        profile = self._profile()
        form = OwnProfileSerializer(
            profile, data=request.data, partial=True, context={"request": request}
        )
        checked(form)
        services.change_profile(profile=profile, **form.validated_data)
        return Response(self._shape(self._profile()))

    @extend_schema(operation_id="me_profile_destroy", responses={204: None})
    def delete(self, request: SignedInRequest) -> Response:
        """Remove my profile with its photos, likes, matches and conversations; the account stays.

        Passes and unmatches, mine and those of others, hold for a profile made within 90 days.
        """
        services.delete_profile(profile=self._profile())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _shape(self, profile: Profile) -> dict:
        return OwnProfileSerializer(profile, context={"request": self.request}).data


class PromptsView(OwnProfileMixin, APIView):
    """What the owner answers about the dog."""

    @extend_schema(
        operation_id="me_prompts_update", request=PromptsSerializer, responses=PromptsSerializer
    )
    def put(self, request: SignedInRequest) -> Response:
        """Replace my prompts by these, in this order; at most ten, questions free."""
        fields = parsed(PromptsSerializer, request)
        prompts = services.set_prompts(profile=self.profile, **fields)
        return Response(PromptsSerializer({"prompts": prompts}).data)


class PhotosView(OwnProfileMixin, APIView):
    """The dog's photos, two to six of them."""

    throttle_scope = "upload"
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="me_photos_create",
        parameters=[IDEMPOTENCY_KEY],
        request={"multipart/form-data": PhotoUploadSerializer},
        responses={201: OwnPhotoSerializer},
    )
    def post(self, request: SignedInRequest) -> Response:
        """Add a photo as the last one.

        It is judged by decoding: JPEG, PNG or WebP, else 415 `unsupported_image`; over 10 MB or
        50 megapixels (25 as PNG or progressive JPEG, 16 as WebP) is 413 `image_too_large`; a damaged
        one is 400 `unusable_image`, and a seventh 409 `too_many_photos`.
        """
        fields = parsed(PhotoUploadSerializer, request)
        # Before the earlier answer, which is written together with the sixth photo: an upload that
        # was already answered must not be refused as the seventh.
        profile = self.profile
        if earlier := earlier_answer(request):
            return earlier
        if profile.photos.count() >= MAX_PHOTOS:
            raise services.TooManyPhotos
        renditions = render(fields["image"])
        return self._attach(request, renditions, services.store_renditions(renditions))

    @idempotent
    def _attach(
        self, request: SignedInRequest, renditions: Renditions, names: dict[str, str]
    ) -> Response:
        photo = services.add_photo(profile=self.profile, renditions=renditions, names=names)
        shaped = OwnPhotoSerializer(photo, context={"request": request}).data
        return Response(shaped, status=status.HTTP_201_CREATED)


class PhotoOrderView(OwnProfileMixin, APIView):
    """In which order the photos are shown."""

    @extend_schema(
        operation_id="me_photos_order_update",
        request=PhotoOrderSerializer,
        responses=PhotosSerializer,
    )
    def put(self, request: SignedInRequest) -> Response:
        """Put my photos in this order; `ids` names each of them once."""
        fields = parsed(PhotoOrderSerializer, request)
        photos = services.order_photos(profile=self.profile, **fields)
        return Response(PhotosSerializer({"photos": photos}, context={"request": request}).data)


class PhotoView(OwnProfileMixin, APIView):
    """One photo."""

    @extend_schema(operation_id="me_photos_destroy", responses={204: None})
    def delete(self, request: SignedInRequest, pk: UUID) -> Response:
        """Remove a photo and its files. A complete profile keeps two: 409 `too_few_photos`."""
        photo = get_object_or_404(self.profile.photos, pk=pk)
        services.delete_photo(profile=self.profile, photo=photo)
        return Response(status=status.HTTP_204_NO_CONTENT)


class LocationView(OwnProfileMixin, APIView):
    """Where the dog lives, as an area of about 1.1 km on a side."""

    throttle_scope = {"put": "location"}

    @extend_schema(
        operation_id="me_location_update", request=LocationSerializer, responses=PointSerializer
    )
    def put(self, request: SignedInRequest) -> Response:
        """Say where I am. Only the centre of the area is kept, and answered.

        My own deck moves at once, others see the new area after 30 to 90 minutes; a first place
        shows at once. A seventh move within an hour is 429 `too_many_moves`.
        """
        point = parsed(LocationSerializer, request)
        centre = services.set_location(profile=self.profile, point=point)
        return Response(PointSerializer(centre).data)

    @extend_schema(operation_id="me_location_destroy", responses={204: None})
    def delete(self, request: SignedInRequest) -> Response:
        """Forget where I am; the profile is incomplete until there is another place."""
        services.remove_location(profile=self.profile)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PauseView(OwnProfileMixin, APIView):
    """A break from the deck."""

    @extend_schema(operation_id="me_pause_create", request=None, responses={204: None})
    def post(self, request: SignedInRequest) -> Response:
        """Leave the deck for a while; matches and conversations stay."""
        Profile.objects.filter(pk=self.profile.pk, paused_at=None).update(paused_at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(operation_id="me_pause_destroy", responses={204: None})
    def delete(self, request: SignedInRequest) -> Response:
        """Come back."""
        Profile.objects.filter(pk=self.profile.pk).update(paused_at=None)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PreferencesView(APIView):
    """Whom I want to meet."""

    request: SignedInRequest

    def _preferences(self) -> Preferences:
        return Preferences.objects.get_or_create(user=self.request.user)[0]

    @extend_schema(operation_id="me_preferences_retrieve", responses=PreferencesSerializer)
    def get(self, request: SignedInRequest) -> Response:
        """My preferences; the defaults until I change them."""
        return Response(PreferencesSerializer(self._preferences()).data)

    @extend_schema(
        operation_id="me_preferences_partial_update",
        request=PreferencesSerializer(partial=True),
        responses=PreferencesSerializer,
    )
    @transaction.atomic
    def patch(self, request: SignedInRequest) -> Response:
        """Change what is sent; the next deck follows it."""
        # The profile first, as an erasure does; whoever may be in a deck follows from both.
        list(Profile.objects.filter(user=request.user).select_for_update(no_key=True).values("pk"))
        # Locked, because two halves of a range are checked against each other.
        current = Preferences.objects.select_for_update().filter(user=request.user).first()
        if current is None:
            # Nobody gets any who is being erased.
            get_object_or_404(User.objects.select_for_update(no_key=True), pk=request.user.pk)
            current = self._preferences()
        form = PreferencesSerializer(current, data=request.data, partial=True)
        checked(form)
        form.save()
        return Response(form.data)
