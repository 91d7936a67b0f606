"""Addresses of blocks."""

from django.urls import path

from moderation import views

urlpatterns = [
    path("blocks", views.BlockViewSet.as_view({"get": "list"})),
    path(
        "blocks/<id:profile_id>",
        views.BlockViewSet.as_view({"put": "update", "delete": "destroy"}),
    ),
]
