"""Addresses of accounts, below `/api/v1/`."""

from django.urls import path

from accounts import views
from accounts.social import views as social

urlpatterns = [
    path("auth/register", views.RegisterView.as_view()),
    path("auth/token", views.TokenView.as_view()),
    path("auth/token/refresh", views.RefreshView.as_view()),
    path("auth/logout", views.LogoutView.as_view()),
    path("auth/logout-all", views.LogoutAllView.as_view()),
    path("auth/password/reset", views.PasswordResetView.as_view()),
    path("auth/password/reset/confirm", views.PasswordResetConfirmView.as_view()),
    path("auth/password/change", views.PasswordChangeView.as_view()),
    path("auth/email/verify", views.EmailVerifyView.as_view()),
    path("auth/email/resend", views.EmailResendView.as_view()),
    path("auth/social/nonce", social.NonceView.as_view()),
    path("auth/social/<str:provider>", social.SocialSignInView.as_view()),
    path("auth/sign-ins", views.SignInLogViewSet.as_view({"get": "list"})),
    path("auth/sessions", views.SessionViewSet.as_view({"get": "list"})),
    path("auth/sessions/<id:pk>", views.SessionViewSet.as_view({"delete": "destroy"})),
    path("me/social", social.WaysInView.as_view()),
    path(
        "me/social/<str:provider>",
        social.LinkViewSet.as_view({"post": "create", "delete": "destroy"}),
    ),
    path(
        "me",
        views.AccountViewSet.as_view(
            {"get": "retrieve", "patch": "partial_update", "delete": "destroy"}
        ),
    ),
]
