"""What machines ask: is it alive, is it ready, how is it doing."""

import hmac
import time

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST
from psycopg_pool import PoolTimeout

from pupmatch.lib.metrics import figures
from pupmatch.lib.problems import problem_response

REMEMBERED_S = 1.0
_known: tuple[str, float] = ("", 0.0)


def live(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing of anybody else."""
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> HttpResponse:
    """Requests can be served: the database answers and every migration is applied."""
    checks = {"database": _database()}
    is_ready = all(state == "ok" for state in checks.values())
    answer = JsonResponse(
        {"status": "ok" if is_ready else "unavailable", "checks": checks},
        status=200 if is_ready else 503,
    )
    if not is_ready:
        answer["Retry-After"] = "5"
    return answer


def _database() -> str:
    """Asked again after a second at the earliest: whoever asks may be anybody."""
    global _known
    said, until = _known
    if time.monotonic() > until:
        said = _look()
        _known = said, time.monotonic() + REMEMBERED_S
    return said


def _look() -> str:
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (DatabaseError, PoolTimeout, ImproperlyConfigured):
        return "unreachable"
    return "migrations pending" if pending else "ok"


def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus, for whoever shows METRICS_TOKEN; to everybody in development."""
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    expected = settings.METRICS_TOKEN
    is_allowed = (
        hmac.compare_digest(shown.encode(), expected.encode()) if expected else settings.DEBUG
    )
    if not is_allowed:
        return problem_response(
            request, http_status=404, code="not_found", detail="There is nothing here."
        )
    return HttpResponse(figures(), content_type=CONTENT_TYPE_LATEST)
