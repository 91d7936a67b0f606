"""Counts that stay cheap on big tables."""

import json
from typing import NamedTuple

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

# Up to here counting is a matter of milliseconds, and staff like to see the very number.
EXACT_UP_TO = 10_000
SIGNIFICANT_DIGITS = 2


class Count(NamedTuple):
    """How many rows; beyond EXACT_UP_TO the planner's estimate, rounded."""

    number: int
    is_estimate: bool

    def __str__(self) -> str:
        return f"about {self.number:,}" if self.is_estimate else f"{self.number:,}"


def count(rows: QuerySet) -> Count:
    """How many rows there are, exactly when that is cheap."""
    plan = rows.order_by().explain(format="json")
    # There is no plan for a query that Django knows to find nothing.
    estimate = json.loads(plan)[0]["Plan"]["Plan Rows"] if plan else 0
    if estimate <= EXACT_UP_TO:
        return Count(rows.count(), is_estimate=False)
    return Count(round(estimate, SIGNIFICANT_DIGITS - len(str(estimate))), is_estimate=True)


class EstimatingPaginator(Paginator):
    """Pages of a list whose total may be an estimate."""

    template_name = "admin/pagination_estimate.html"

    @cached_property
    def total(self) -> Count:
        """The number of rows, and whether it is an estimate."""
        if not isinstance(self.object_list, QuerySet):
            return Count(len(self.object_list), is_estimate=False)
        return count(self.object_list)

    @cached_property
    def count(self) -> int:
        """The number of rows, as pages need it."""
        return self.total.number
