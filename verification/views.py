"""Showing documents, for a badge."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import SignedInRequest
from profiles.access import OwnProfileMixin
from profiles.uploads import render_document
from pupmatch.lib.parsers import parsed
from verification import services
from verification.models import Verification
from verification.serializers import DocumentSerializer, VerificationSerializer


@extend_schema_view(
    retrieve=extend_schema(
        operation_id="me_verifications_retrieve", summary="One document that I showed."
    )
)
class VerificationViewSet(
    OwnProfileMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet,
):
    """Documents that I showed."""

    serializer_class = VerificationSerializer
    queryset = Verification.objects.none()
    parser_classes = [MultiPartParser]
    throttle_scope = {"create": "verification"}
    ordering = ("-created_at", "-id")

    def get_queryset(self) -> QuerySet[Verification]:
        """My dog's."""
        return Verification.objects.filter(profile=self.profile)

    @extend_schema(operation_id="me_verifications_list")
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What I showed, the latest first, and what staff made of it."""
        return super().list(request, *args, **kwargs)

    @extend_schema(
        operation_id="me_verifications_create",
        request={"multipart/form-data": DocumentSerializer},
        responses={201: VerificationSerializer},
    )
    def create(self, request: SignedInRequest) -> Response:
        """Show a vaccination record, or a fresh photo of the dog, for a badge.

        Staff alone see it, and it is removed once they have decided; an event
        `verification.decided` says so. It is judged as photos are: 415 `unsupported_image`, 413
        `image_too_large`, 400 `unusable_image`. One of each kind waits at a time: another is 409
        `verification_waiting`.
        """
        fields = parsed(DocumentSerializer, request)
        services.refuse_second(profile=self.profile, kind=fields["kind"])
        document = services.store_document(render_document(fields["document"]))
        shown = services.show(profile=self.profile, kind=fields["kind"], document=document)
        return Response(self.get_serializer(shown).data, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="me_verifications_destroy", responses={204: None})
    def destroy(self, request: SignedInRequest, pk: str) -> Response:
        """Take it back, with its document, while it waits; later it is 409 `verification_decided`."""
        services.take_back(verification=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)
