"""Pushes in figures, asked of the database when somebody scrapes them: workers have no address."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import DatabaseError
from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from psycopg_pool import PoolTimeout

from notifications.models import Delivery, PushAttempt
from pupmatch.lib.ids import first_id_of

# Long enough to be seen by whoever scrapes once a minute, and short enough to be counted each time.
WINDOW = timedelta(minutes=5)


def outcomes() -> list[tuple[str, str, str, int]]:
    """How often in the WINDOW each provider said what, when asked to send or for a receipt."""
    latest = PushAttempt.objects.filter(pk__gte=first_id_of(timezone.now() - WINDOW))
    counted = latest.order_by().values_list("provider", "step", "verdict").annotate(Count("pk"))
    return list(counted)


def oldest_due() -> float:
    """For how many seconds the push that is due for longest has waited."""
    now = timezone.now()
    earliest = Delivery.objects.due(now).aggregate(at=Min("due_at"))["at"]
    return (now - earliest).total_seconds() if earliest else 0


class PushCollector(Collector):
    """What /metrics says about pushes; nothing while the database does not answer."""

    def describe(self) -> Iterable[Metric]:
        """Nothing: else registering would ask the database."""
        return []

    def collect(self) -> Iterable[Metric]:
        """The figures of this moment."""
        try:
            counted, age = outcomes(), oldest_due()
        except (DatabaseError, PoolTimeout):
            return
        attempts: Any = GaugeMetricFamily(
            "pupmatch_push_attempts",
            "What providers said of single pushes in the last five minutes.",
            labels=["provider", "step", "outcome"],
        )
        for *labels, count in counted:
            attempts.add_metric(labels, count)
        yield attempts
        yield GaugeMetricFamily(
            "pupmatch_push_oldest_due_seconds", "How long the oldest due push has waited.", age
        )
