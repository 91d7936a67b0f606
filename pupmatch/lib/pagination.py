"""Pages by keyset: each starts where the last one ended, whatever was added meanwhile.

REST framework's own CursorPagination writes the values it stopped at into the cursor for anybody to
read (a distance, a time) and counts offsets among ties; this one seals the values and compares the
whole ordering, so its last column must be unique.
"""

import json
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, Q, QuerySet
from orjson import Fragment
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from pupmatch.lib import seals

MAX_LIMIT = 50
DEFAULT_LIMIT = 20


class Cursor(NamedTuple):
    """Where a page starts: just after the row with `values`, forwards or `backwards`.

    `anchor` is whatever the whole listing was computed for, such as the moment of the first page.
    """

    values: list
    backwards: bool
    anchor: str | None


class _Exact(DjangoJSONEncoder):
    """Django's own encoder cuts times to milliseconds: a page would step over rows within one."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


def seal(cursor: Cursor, *, purpose: str) -> str:
    """The cursor as text that reveals nothing and fits no other listing than `purpose`."""
    plain = json.dumps(cursor, cls=_Exact, separators=(",", ":"))
    return seals.seal(plain, use="cursor", purpose=purpose)


def unseal(text: str, *, purpose: str) -> Cursor:
    """The cursor in `text`; raises ValidationError when it is not one that we sealed for `purpose`."""
    try:
        return Cursor(*json.loads(seals.unseal(text, use="cursor", purpose=purpose)))
    except (ValueError, TypeError) as error:
        raise ValidationError({"cursor": ["This is not a cursor of this list."]}) from error


def field_of(queryset: QuerySet, name: str) -> Field:
    """The field, or the field of the annotation, of that name."""
    if name in queryset.query.annotations:
        return queryset.query.annotations[name].output_field
    return queryset.model._meta.get_field("id" if name == "pk" else name)


def beyond(ordering: list[str], values: list) -> Q:
    """Rows that come after `values` in `ordering`, as a condition that an index can start at."""
    condition = Q()
    for depth in range(len(ordering)):
        equal = Q(**{name.lstrip("-"): values[i] for i, name in enumerate(ordering[:depth])})
        name = ordering[depth]
        step = "lt" if name.startswith("-") else "gt"
        condition |= equal & Q(**{f"{name.lstrip('-')}__{step}": values[depth]})
    if len(ordering) > 1:
        # Implied by the rest; said aloud because an OR alone is no starting point for an index.
        first = ordering[0]
        bound = "lte" if first.startswith("-") else "gte"
        condition &= Q(**{f"{first.lstrip('-')}__{bound}": values[0]})
    return condition


def _reversed(ordering: list[str]) -> list[str]:
    return [name[1:] if name.startswith("-") else f"-{name}" for name in ordering]


class KeysetPagination(BasePagination):
    """`?limit=` (at most 50) and `?cursor=`; the view's `ordering` ends with a unique column."""

    cursor: Cursor | None = None
    # Whom the cursors are for, where that is not to be asked of the request.
    asker: UUID | None = None

    def start(self, request: Any, view: Any) -> None:
        """Read what the request asks for; a view whose rows depend on the cursor calls it first."""
        self.request = request
        self.ordering = list(view.ordering)
        self.purpose = f"{request.path}:{','.join(self.ordering)}:{self.asker or request.user.pk}"
        self.limit = self._limit(request)
        self.cursor = self._cursor(request)

    @property
    def _is_backwards(self) -> bool:
        return bool(self.cursor and self.cursor.backwards)

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list:
        """The rows of the page that the request asks for."""
        self.start(request, view)
        rows = queryset.order_by(*self._direction)
        if self.cursor:
            rows = rows.filter(beyond(self._direction, self._typed(queryset, self.cursor.values)))
        # One more than asked for tells whether there is a further page.
        return self._turned(list(rows[: self.limit + 1]))

    def find(self, listing: Any, values: dict, request: Any, view: Any) -> tuple | None:
        """The page of documents (`pupmatch.lib.documents`) as data, if there is anything on it.

        Then what else the first row tells the server.
        """
        self.asker = values["user"]
        self.start(request, view)
        after = self.cursor.values if self.cursor else None
        found = listing.page(values, self._direction, after, self.limit + 1)
        page, at = self._turned(found), len(self.ordering)
        if not found:
            return None
        return self._between([Fragment(row[at]) for row in page]), *found[0][at + 1 :]

    @property
    def _direction(self) -> list[str]:
        return _reversed(self.ordering) if self._is_backwards else self.ordering

    def _turned(self, found: list) -> list:
        """The page in the order of the list, of rows that may be one too many."""
        self.page, self.has_further = found[: self.limit], len(found) > self.limit
        if self._is_backwards:
            self.page.reverse()
        return self.page

    def _limit(self, request: Any) -> int:
        text = request.query_params.get("limit", str(DEFAULT_LIMIT))
        # Python refuses to read very long digits, hence the length first.
        if not (
            text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= MAX_LIMIT
        ):
            raise ValidationError(
                {"limit": [f"This must be a whole number from 1 to {MAX_LIMIT}."]}
            )
        return int(text)

    def _cursor(self, request: Any) -> Cursor | None:
        text = request.query_params.get("cursor")
        return unseal(text, purpose=self.purpose) if text else None

    def _typed(self, queryset: QuerySet, values: list) -> list:
        return [
            field_of(queryset, name.lstrip("-")).to_python(value)
            for name, value in zip(self.ordering, values, strict=True)
        ]

    def get_paginated_response(self, data: list) -> Response:
        """The page between the addresses of its neighbours."""
        return Response(self._between(data))

    def _between(self, data: list) -> dict[str, Any]:
        backwards = self._is_backwards
        has_next = bool(self.page) and (backwards or self.has_further)
        return {
            "next": self._link(self.page[-1], backwards=False) if has_next else None,
            "previous": self._link(self.page[0], backwards=True) if self.has_previous else None,
            "results": data,
        }

    @property
    def has_previous(self) -> bool:
        """Whether something comes before the page."""
        if self._is_backwards:
            return bool(self.page) and self.has_further
        return bool(self.page) and self.cursor is not None

    def anchor(self) -> str | None:
        """What the listing was computed for; a view that needs one overrides this."""
        return None

    def _link(self, row: Any, *, backwards: bool) -> str:
        # A row of a document starts with what it is ordered by.
        names = [name.lstrip("-") for name in self.ordering]
        is_plain = isinstance(row, tuple)
        values = row[: len(names)] if is_plain else [getattr(row, name) for name in names]
        cursor = Cursor(values, backwards, self.anchor())
        url = self.request.build_absolute_uri()
        return replace_query_param(url, "cursor", seal(cursor, purpose=self.purpose))

    def get_paginated_response_schema(self, schema: dict) -> dict:
        """The shape of a page, for OpenAPI."""
        address = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": address, "previous": address, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict]:
        """`limit` and `cursor`, for OpenAPI."""
        return [
            {
                "name": "limit",
                "in": "query",
                "description": "How many at most.",
                "schema": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": MAX_LIMIT,
                    "default": DEFAULT_LIMIT,
                },
            },
            {
                "name": "cursor",
                "in": "query",
                "description": "Opaque; taken from `next` or `previous`.",
                "schema": {"type": "string"},
            },
        ]
