"""Addresses of cards, the deck, likes, passes and matches."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from matching import views
from matching.meeting_views import MeetingPointsView

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("profiles", views.ProfileViewSet)
router.register("matches", views.MatchViewSet)

urlpatterns = [
    path("deck", views.DeckViewSet.as_view({"get": "list"})),
    path("deck/hints", views.DeckViewSet.as_view({"get": "hints"})),
    path("likes", views.LikeViewSet.as_view({"post": "create"})),
    path("likes/received", views.LikeViewSet.as_view({"get": "received"})),
    path("likes/sent", views.LikeViewSet.as_view({"get": "sent"})),
    path("likes/<id:profile_id>", views.LikeViewSet.as_view({"delete": "destroy"})),
    path("passes", views.PassViewSet.as_view({"get": "list", "post": "create"})),
    path("passes/<id:profile_id>", views.PassViewSet.as_view({"delete": "destroy"})),
    path("matches/<id:pk>/meeting-points", MeetingPointsView.as_view()),
    *router.urls,
]
