"""Every address of the realtime process beside the socket's."""

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path

from pupmatch.lib import health
from pupmatch.lib.problems import NotFound, problem_response
from realtime.views import EventsView


def nothing(request: HttpRequest) -> HttpResponse:
    """Every other address."""
    return problem_response(
        request, http_status=404, code="not_found", detail=NotFound.default_detail
    )


urlpatterns = [
    path("api/v1/events", EventsView.as_view()),
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("metrics", health.metrics),
    re_path("", nothing),
]

handler400 = "pupmatch.lib.problems.bad_request"
handler403 = "pupmatch.lib.problems.permission_denied"
handler404 = "pupmatch.lib.problems.not_found"
handler500 = "pupmatch.lib.problems.server_error"
