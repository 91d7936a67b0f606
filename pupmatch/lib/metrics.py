"""What is counted of every request, and what /metrics says of all processes that count."""

import os

from django.http import HttpRequest, HttpResponse
from django_prometheus.middleware import PrometheusAfterMiddleware
from django_prometheus.utils import Time, TimeSince
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

# Prometheus' own name: the folder in which processes count together.
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_asked: list[Collector] = []


def add_collector(collector: Collector) -> None:
    """Have /metrics say what this one finds, which must be the same in every process."""
    _asked.append(collector)
    REGISTRY.register(collector)


def figures() -> bytes:
    """All that is counted, as Prometheus reads it: by all who share a folder, else by this process."""
    if SHARED_FOLDER not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    for collector in _asked:
        registry.register(collector)
    return generate_latest(registry)


class ViewMetricsMiddleware(PrometheusAfterMiddleware):
    """Answers by view, method and status, and how long they took.

    The stock one keeps a dozen more counters, each found by its labels for every request.
    """

    def process_request(self, request: HttpRequest) -> None:
        request.view_starts_at = Time()  # type: ignore[attr-defined]

    def process_view(self, request: HttpRequest, *args: object, **kwargs: object) -> None:
        """Nothing: it is counted when it is answered."""

    def process_template_response(
        self, request: HttpRequest, response: HttpResponse
    ) -> HttpResponse:
        return response

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        view, method = self._get_view_name(request), self._method(request)
        answered = self.metrics.responses_by_status_view_method
        answered.labels(status=str(response.status_code), view=view, method=method).inc()
        latency = self.metrics.requests_latency_by_view_method
        latency.labels(view=view, method=method).observe(TimeSince(request.view_starts_at))  # type: ignore[attr-defined]
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        kind = type(exception).__name__
        self.metrics.exceptions_by_type.labels(type=kind).inc()
        self.metrics.exceptions_by_view.labels(view=self._get_view_name(request)).inc()
