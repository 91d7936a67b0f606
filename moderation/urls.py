"""Addresses of blocks, reports and decisions."""

from django.urls import path

from moderation import decision_views, views

urlpatterns = [
    path("blocks", views.BlockViewSet.as_view({"get": "list"})),
    path(
        "blocks/<id:profile_id>",
        views.BlockViewSet.as_view({"put": "update", "delete": "destroy"}),
    ),
    path("reports", views.ReportViewSet.as_view({"get": "list", "post": "create"})),
    path("me/decisions", decision_views.DecisionViewSet.as_view({"get": "list"})),
    path("me/decisions/<id:pk>", decision_views.DecisionViewSet.as_view({"get": "retrieve"})),
    path("me/decisions/<id:pk>/appeal", decision_views.AppealView.as_view({"post": "create"})),
]
