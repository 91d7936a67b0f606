"""Addresses of one's own profile, of what it is filled from, and of what owners say of places."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from profiles import choice_views, views
from profiles.reviews import ReviewsView

router = SimpleRouter(trailing_slash=False)
router.register("breeds", choice_views.BreedViewSet)

urlpatterns = [
    path("me/profile", views.OwnProfileView.as_view()),
    path("me/prompts", views.PromptsView.as_view()),
    path("me/photos", views.PhotosView.as_view()),
    path("me/photos/order", views.PhotoOrderView.as_view()),
    path("me/photos/<id:pk>", views.PhotoView.as_view()),
    path("me/location", views.LocationView.as_view()),
    path("me/pause", views.PauseView.as_view()),
    path("me/preferences", views.PreferencesView.as_view()),
    path("prompt-suggestions", choice_views.PromptSuggestionsView.as_view()),
    path("playgrounds/<id:playground>/reviews", ReviewsView.as_view()),
    *router.urls,
]
