"""Addresses of playgrounds, favourites and reviews."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from playgrounds import views
from playgrounds.review_views import ReviewViewSet

router = SimpleRouter(trailing_slash=False)
router.register("playgrounds", views.PlaygroundViewSet)

urlpatterns = [
    path("me/favorites", views.FavoritesView.as_view()),
    path(
        "playgrounds/<id:playground>/review",
        ReviewViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"}),
    ),
    *router.urls,
]
