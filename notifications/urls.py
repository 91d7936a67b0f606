"""Addresses of notifications, below `/api/v1/`."""

from django.urls import path

from notifications import views

urlpatterns = [
    path("me/devices", views.DeviceViewSet.as_view({"get": "list"})),
    path(
        "me/devices/<id:installation_id>",
        views.DeviceViewSet.as_view({"put": "update", "delete": "destroy"}),
    ),
    path("me/web-push-key", views.WebPushKeyView.as_view()),
    path("me/notification-preferences", views.NotificationPreferencesView.as_view()),
    path("notifications/unsubscribe", views.unsubscribe),
]
