"""Where staff are led after what they did."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


def leads_to(request: HttpRequest, url: str) -> HttpResponse:
    """An answer after which the browser shows another page, also to a question in a dialog."""
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def back(request: HttpRequest) -> str:
    """The page of ours that a form was sent from, as far as the browser says."""
    came_from = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    is_ours = url_has_allowed_host_and_scheme(
        came_from, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return came_from if is_ours else reverse("admin:index")
