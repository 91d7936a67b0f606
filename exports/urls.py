"""Addresses of exports, below `/api/v1/`."""

from django.urls import path

from exports import views

urlpatterns = [
    path("me/export", views.ExportView.as_view({"get": "retrieve", "post": "create"})),
]
