"""Addresses of conversations and messages."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from messaging import views

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("conversations", views.ConversationViewSet)

urlpatterns = [
    *router.urls,
    path(
        "conversations/<id:id>/messages",
        views.ConversationMessagesViewSet.as_view({"get": "list", "post": "create"}),
    ),
    path("messages/search", views.MessageSearchView.as_view()),
    path(
        "messages/<id:id>",
        views.MessageViewSet.as_view({"patch": "partial_update", "delete": "destroy"}),
    ),
]
