"""Everything stored about me: asked for, and fetched."""

from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, OpenApiTypes, extend_schema
from rest_framework import status, viewsets
from rest_framework.response import Response

from accounts.authentication import SignedInRequest
from accounts.permissions import IsSignedIn
from exports import services
from exports.downloads import download
from exports.models import Export
from exports.serializers import ExportSerializer
from pupmatch.lib.renderers import OrjsonRenderer

ZIP, JSON = "application/zip", "application/json"
# Seconds; it seldom takes longer.
LOOK_AGAIN_AFTER = 10
PIECE = 64 * 1024  # bytes


class ZipRenderer(OrjsonRenderer):
    """For apps that ask for a zip alone: what is no zip is said in JSON all the same."""

    media_type = ZIP
    format = "zip"


class ExportView(viewsets.ViewSet):
    """Also of whoever is barred: it is theirs."""

    permission_classes = (IsSignedIn,)
    renderer_classes = (OrjsonRenderer, ZipRenderer)
    throttle_scope = {"create": "export", "retrieve": "export_fetch"}

    @extend_schema(
        operation_id="me_export_create", request=None, responses={(202, JSON): ExportSerializer}
    )
    def create(self, request: SignedInRequest) -> Response:
        """Have everything stored about me put together.

        While one is being prepared, it is the same; one that was ready is replaced. The event
        `account.export_ready` and a mail tell when it is there: seconds later, as a rule. Five a day.
        """
        return _preparing(services.ask(user=request.user))

    @extend_schema(
        operation_id="me_export_retrieve",
        responses={
            (200, ZIP): OpenApiResponse(OpenApiTypes.BINARY, description="The zip."),
            (202, JSON): ExportSerializer,
        },
    )
    def retrieve(self, request: SignedInRequest) -> HttpResponseBase:
        """Everything stored about me, in a zip; 202 while it is being prepared.

        `data.json` holds lists of rows by section, which `README.txt` explains; my photos and
        documents are beside it. It is there for seven days. 404 when I never asked, or its time is
        over; 503 with `Retry-After` while the server is busy sending others. Suspended and banned
        people may ask, too.
        """
        export = services.of(request.user)
        return _zip(export) if export.is_prepared else _preparing(export)


def _preparing(export: Export) -> Response:
    return Response(
        ExportSerializer(export).data,
        status=status.HTTP_202_ACCEPTED,
        content_type=JSON,
        headers={"Retry-After": str(LOOK_AGAIN_AFTER), "Cache-Control": "private, no-store"},
    )


def _zip(export: Export) -> FileResponse:
    made = timezone.localdate(export.prepared_at)
    response = FileResponse(
        download(export),
        as_attachment=True,
        filename=f"pupmatch-{made:%Y-%m-%d}.zip",
        content_type=ZIP,
    )
    response.block_size = PIECE
    response["Content-Length"] = str(export.byte_size)
    response["Cache-Control"] = "private, no-store"
    return response
