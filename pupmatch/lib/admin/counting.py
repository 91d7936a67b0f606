"""Counts that stay cheap on big tables."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from django.core.paginator import Paginator
from django.db.models import Count as RowCount
from django.db.models import QuerySet, Value
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
    return _estimate(rows) or Count(rows.count(), is_estimate=False)


def count_each(several: Sequence[QuerySet]) -> list[Count]:
    """The same for several, whose exact numbers are asked for in one statement."""
    estimates = [_estimate(rows) for rows in several]
    numbers = _numbers(
        {place: several[place] for place, found in enumerate(estimates) if found is None}
    )
    return [
        found or Count(numbers.get(place, 0), is_estimate=False)
        for place, found in enumerate(estimates)
    ]


def _estimate(rows: QuerySet) -> Count | None:
    """The planner's, rounded, where counting would take a while."""
    plan = rows.order_by().explain(format="json")
    # There is no plan for a query that Django knows to find nothing.
    estimate = json.loads(plan)[0]["Plan"]["Plan Rows"] if plan else 0
    if estimate <= EXACT_UP_TO:
        return None
    return Count(round(estimate, SIGNIFICANT_DIGITS - len(str(estimate))), is_estimate=True)


def _numbers(small: dict[int, QuerySet]) -> dict[int, int]:
    counted = [
        rows.order_by()
        .annotate(counted_as=Value(place))
        .values("counted_as")
        .annotate(counted_rows=RowCount("*"))
        .values_list("counted_as", "counted_rows")
        for place, rows in small.items()
    ]
    if not counted:
        return {}
    return dict(counted[0].union(*counted[1:], all=True))


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
