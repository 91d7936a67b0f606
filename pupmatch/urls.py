"""Every address; the only module that knows every room."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularSwaggerSplitView

from pupmatch.lib import health, media, private, problems
from pupmatch.lib.schema_view import SchemaView

# Without OPTIONS, which REST framework would answer with a template that these views do not have.
READ_ONLY: dict[str, Any] = {"http_method_names": ["get", "head"]}

api: list[Any] = [
    path("schema", SchemaView.as_view(), name="schema"),
    path("", include("accounts.urls")),
    path("", include("profiles.urls")),
    path("", include("verification.urls")),
    path("", include("playgrounds.urls")),
    path("", include("messaging.urls")),
    path("", include("matching.urls")),
    path("", include("moderation.urls")),
    path("", include("notifications.urls")),
    path("", include("exports.urls")),
    path("", include("realtime.urls")),
]

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="docs")),
    path(
        "api/docs",
        SpectacularSwaggerSplitView.as_view(
            url_name="schema", template_name="docs.html", **READ_ONLY
        ),
        name="docs",
    ),
    path("api/v1/", include(api)),
    # Said here, because Django's own page would be HTML in development.
    path("api/<path:unknown>", problems.no_such_address),
    # Unfold's search over all tables, which is switched off but still has an address.
    path("admin/search/", problems.no_such_address, {"unknown": "search"}),
    # Django's redirect to the pages of rows, which none of them has.
    path("admin/r/<path:unknown>", problems.no_such_address),
    path("admin/", include("accounts.staff.urls")),
    path("admin/", admin.site.urls),
    path("private/<str:token>", private.view, name="private"),
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("metrics", health.metrics),
]
if not settings.S3_BUCKET:
    urlpatterns.append(path("media/<path:path>", media.photo))

handler400 = "pupmatch.lib.problems.bad_request"
handler403 = "pupmatch.lib.problems.permission_denied"
handler404 = "pupmatch.lib.problems.not_found"
handler500 = "pupmatch.lib.problems.server_error"
