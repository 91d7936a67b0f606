"""Addresses of verifications."""

from django.urls import path

from verification.views import VerificationViewSet

urlpatterns = [
    path("me/verifications", VerificationViewSet.as_view({"get": "list", "post": "create"})),
    path(
        "me/verifications/<id:pk>",
        VerificationViewSet.as_view({"get": "retrieve", "delete": "destroy"}),
    ),
]
