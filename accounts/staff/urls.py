"""Addresses of signing in, before those of the admin, whose own sign-in they stand in for."""

from django.urls import path

from accounts.staff import security, views

app_name = "staff"
urlpatterns = [
    path("login/", views.SignInView.as_view(), name="sign_in"),
    path("login/second-step/", views.second_step, name="second_step"),
    path("login/set-up/", views.set_up, name="set_up"),
    path("logout/", views.sign_out, name="sign_out"),
    path("password_change/", views.change_password, name="change_password"),
    path("security/", security.overview, name="security"),
    path("security/confirm/", security.confirm, name="confirm"),
    path("security/app/", security.add_app, name="add_app"),
    path("security/passkey/", security.add_passkey, name="add_passkey"),
    path("security/codes/", security.codes, name="codes"),
    path("security/codes/new/", security.renew_codes, name="renew_codes"),
    path("security/<int:pk>/remove/", security.remove, name="remove"),
]
