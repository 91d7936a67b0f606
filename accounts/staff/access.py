"""Who may see which page of signing in, and the frame that it is shown in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.models import SecondFactor, User
from accounts.staff import sessions

View = Callable[..., HttpResponseBase]


def page(request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
    """A page: in the admin's frame for whoever is signed in, and bare for whoever is not yet."""
    is_bare = not may_see(request)
    framed = {
        **admin.site.each_context(request),
        "frame": f"admin/accounts/{'bare' if is_bare else 'framed'}.html",
        "is_bare": is_bare,
        "title": title,
        **context,
    }
    return render(request, f"admin/accounts/{template}.html", framed)


def may_see(request: HttpRequest) -> bool:
    """Whether somebody of staff is signed in."""
    return admin.site.has_permission(request)


def guarded(view: View) -> View:
    """Never stored by a browser, nor its secrets by a report of an error."""
    checked = require_http_methods(["GET", "HEAD", "POST"])(view)
    return never_cache(sensitive_post_parameters()(checked))


def between_steps(view: View) -> View:
    """For whoever gave the right password: the view gets the `pending` sign-in."""

    @guarded
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if may_see(request):
            return redirect("admin:index")
        if pending := sessions.pending(request):
            return view(request, pending, *args, **kwargs)
        return _from_the_start(request)

    return checked


def signed_in(view: View) -> View:
    """For staff who are signed in."""

    @guarded
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if may_see(request):
            return view(request, *args, **kwargs)
        return redirect_to_login(request.get_full_path(), reverse("admin:login"))

    return checked


def confirmed(view: View) -> View:
    """For staff who have shown a moment ago who they are; others are asked, and come back."""

    @signed_in
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if sessions.is_confirmed(request):
            return view(request, *args, **kwargs)
        return redirect_to_login(request.path, reverse("staff:confirm"))

    return checked


def who_adds(view: View) -> View:
    """For whoever may add a second factor: the view gets the account, and whether it is the first.

    That is whoever is signed in and has confirmed it; and whoever gave the right password and has
    nothing else to sign in with yet.
    """

    @guarded
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if may_see(request):
            return confirmed(_of_oneself)(request, *args, **kwargs)
        pending = sessions.pending(request)
        if pending is None:
            return _from_the_start(request)
        if has_factor(pending.user):
            return redirect("staff:second_step")
        return view(request, pending.user, *args, is_first=True, **kwargs)

    def _of_oneself(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, request.user, *args, is_first=False, **kwargs)

    return checked


def has_factor(user: User) -> bool:
    """Whether there is a second step to ask for."""
    return SecondFactor.objects.primary().filter(user=user).exists()


def _from_the_start(request: HttpRequest) -> HttpResponseRedirect:
    messages.info(request, "This took too long, or something has changed. Sign in again.")
    return redirect("admin:login")
