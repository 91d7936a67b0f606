"""Tables for spreadsheets, in which nothing that somebody typed is ever a formula."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

from django.http import HttpResponse

# What spreadsheets take for the beginning of a formula (OWASP, "CSV Injection"), also full-width.
FORMULAS = tuple("=+-@＝＋－＠")
BREAKS = ("\t", "\r", "\n")


def neutral(value: Any) -> Any:
    """The value as a cell: text that could be a formula gets an apostrophe, which makes it text.

    Numbers, times and nothing stay what they are; a negative number is no formula.
    """
    if not isinstance(value, str):
        return value
    is_formula = value.startswith(BREAKS) or value.lstrip().startswith(FORMULAS)
    return f"'{value}" if is_formula else value


def table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """The rows as CSV (RFC 4180), every cell quoted, so that none breaks out of its column."""
    written = StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL)
    writer.writerow([neutral(name) for name in header])
    writer.writerows([neutral(value) for value in row] for row in rows)
    return written.getvalue()


def csv_response(
    filename: str, header: Sequence[str], rows: Iterable[Sequence[Any]]
) -> HttpResponse:
    """An answer that a browser stores as a file of that name."""
    return HttpResponse(
        table(header, rows),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{filename}"',
            "Cache-Control": "private, no-store",
        },
    )
