"""Devices, preferences, and the end of mail."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import SignedInRequest
from notifications import digests, services
from notifications.models import Device, preferences_of
from notifications.serializers import (
    DeviceInputSerializer,
    DeviceSerializer,
    NotificationPreferencesChangeSerializer,
    NotificationPreferencesSerializer,
    WebPushKeySerializer,
)
from pupmatch.lib.parsers import parsed
from pupmatch.lib.throttling import limited


class DeviceViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """Where I am pushed to."""

    serializer_class = DeviceSerializer
    queryset = Device.objects.none()
    throttle_scope = {"update": "device"}
    ordering = ("-registered_at", "-id")
    request: SignedInRequest

    def get_queryset(self) -> QuerySet[Device]:
        """Mine, as long as the sign-in counts that registered them."""
        return Device.objects.live().filter(user=self.request.user)

    @extend_schema(
        request=DeviceInputSerializer, responses={201: DeviceSerializer, 200: DeviceSerializer}
    )
    def update(self, request: SignedInRequest, installation_id: Any = None) -> Response:
        """Push to this installation, under an id that it chose once; say so at every start.

        It belongs to me and to this sign-in: after signing out nothing is pushed to it. A token
        that somebody else had registered is mine from now on. The 21st device is 409
        `too_many_devices`; a browser, where the server has no key for Web Push, is 409
        `web_push_unavailable`; one that is not to come back is 403 `device_refused`.

        A push has a title, a body, the number of unread messages as its badge, and `data`: an
        `id`, a `kind` (`new_match`, `new_message`, `new_like` or `several`), and, when it is about
        one thing, `profile_id` and `conversation_id` to open. One that comes a second time has the
        same `id`: drop it.
        """
        device, is_new = services.register(
            session=request.auth,
            installation_id=installation_id,
            registration=services.Registration(**parsed(DeviceInputSerializer, request)),
        )
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(self.get_serializer(device).data, status=code)

    @extend_schema(responses={204: None})
    def destroy(self, request: SignedInRequest, installation_id: Any = None) -> Response:
        """Push to this installation no more."""
        services.unregister(user=request.user, installation_id=installation_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class WebPushKeyView(APIView):
    """The key that browsers subscribe with."""

    @extend_schema(responses=WebPushKeySerializer)
    def get(self, request: SignedInRequest) -> Response:
        """The key for `pushManager.subscribe`; 409 `web_push_unavailable` where there is none."""
        return Response({"public_key": services.web_push_key()})


class NotificationPreferencesView(APIView):
    """What I want to be told."""

    @extend_schema(responses=NotificationPreferencesSerializer)
    def get(self, request: SignedInRequest) -> Response:
        """What I want to be told, how and when.

        By default everything is pushed and nothing mailed. Mail, at most one a day, goes to
        people without a device, at an address that they verified.
        """
        preferences = preferences_of({request.user.pk})[request.user.pk]
        return Response(NotificationPreferencesSerializer(preferences).data)

    @extend_schema(
        request=NotificationPreferencesChangeSerializer,
        responses=NotificationPreferencesSerializer,
    )
    def patch(self, request: SignedInRequest) -> Response:
        """Change what is sent and nothing else, such as `{"kinds": {"new_like": {"push": false}}}`.

        In quiet hours nothing is pushed; when they end, one push tells of everything that is
        still new.
        """
        changes = parsed(NotificationPreferencesChangeSerializer, request)
        preferences = services.change_preferences(user=request.user, **changes)
        return Response(NotificationPreferencesSerializer(preferences).data)


# Signed by its token, and sent by mail programs that hold no cookie of ours (RFC 8058).
@csrf_exempt  # nosemgrep: forms-unprotected (mail programs post it; the link is signed)
@limited
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest) -> HttpResponse:
    """A page that asks, for whoever opens the link; a POST ends the mail."""
    user_id = digests.unsubscribe_subject(request.GET.get("token", ""))
    state, code = "ask", 200
    if user_id is None:
        state, code = "broken", 400
    elif request.method == "POST":
        services.unsubscribe(user_id=user_id)
        state = "done"
    return render(request, "notifications/unsubscribe.html", {"state": state}, status=code)
