"""Addresses of playgrounds and favourites."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from playgrounds import views

router = SimpleRouter(trailing_slash=False)
router.register("playgrounds", views.PlaygroundViewSet)

urlpatterns = [
    path("me/favorites", views.FavoritesView.as_view()),
    *router.urls,
]
