"""The limits of a sign-in to the admin, at each of its requests."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.staff import lockout, sessions
from pupmatch.lib.logs import current_user_id


class SignedInStaffMiddleware:
    """Ends what is over, before a page sees it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if sessions.is_claimed(request):
            if reason := sessions.why_over(request):
                return _ended(request, reason)
            sessions.note_request(request)
            current_user_id.set(str(request.user.pk))
        answer = self.get_response(request)
        lockout.set_cookie(request, answer)
        return answer


def _ended(request: HttpRequest, reason: str) -> HttpResponse:
    logout(request)
    messages.info(request, reason)
    # What was sent is lost; a page that was asked for comes after the sign-in.
    is_page = request.method == "GET" and "HX-Request" not in request.headers
    came_from = request.get_full_path() if is_page else reverse("admin:index")
    answer = redirect_to_login(came_from, reverse("admin:login"))
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": answer["Location"]})
    return answer
