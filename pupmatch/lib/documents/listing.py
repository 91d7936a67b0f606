"""What a view answers: one document, or a page of them."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from orjson import Fragment
from rest_framework.serializers import Serializer

from pupmatch.lib.documents.expressions import Param
from pupmatch.lib.documents.fields import document
from pupmatch.lib.documents.statements import Statement
from pupmatch.lib.pagination import beyond, field_of


class Document:
    """A row of a queryset in the shape of a serializer.

    `build` makes the queryset when it is needed first; its Params get their values when asked.
    `also` are expressions whose values the server itself wants to know.
    """

    def __init__(
        self, serializer: type[Serializer], build: Callable[[], QuerySet], **also: Any
    ) -> None:
        self.serializer, self.build, self.also = serializer, build, also

    def queryset(self) -> QuerySet:
        """What is looked for; a subclass may narrow it."""
        return self.build()

    def shaped(self, queryset: QuerySet, *keys: str) -> QuerySet:
        """Tuples of these columns, the document, and what the server wants to know."""
        text = Cast(document(self.serializer()), TextField())
        return queryset.annotate(document=text, **self.also).values_list(
            *keys, "document", *self.also
        )

    @cached_property
    def _one(self) -> Statement:
        return Statement(lambda: self.shaped(self.queryset())[:1])

    def find(self, values: Mapping[str, Any]) -> tuple | None:
        """The document, then what the server wants to know, if there is a row."""
        row = self._one.row(values)
        return None if row is None else (Fragment(row[0]), *row[1:])


class Listing(Document):
    """The rows of a queryset in the shape of a serializer, page by page."""

    def __init__(
        self, serializer: type[Serializer], build: Callable[[], QuerySet], **also: Any
    ) -> None:
        super().__init__(serializer, build, **also)
        # For each order, either direction and each size; all three are bounded.
        self._pages: dict[tuple, Statement] = {}

    def page(
        self, values: Mapping[str, Any], ordering: Sequence[str], after: list | None, number: int
    ) -> list[tuple]:
        """The first rows beyond `after`: what they are ordered by, then as from `shaped`."""
        key = (*ordering, after is None, number)
        statement = self._pages.get(key)
        if statement is None:
            statement = self._pages[key] = Statement(
                lambda: self._page(list(ordering), after is not None, number)
            )
        places = {_place(at): value for at, value in enumerate(after or ())}
        return statement.rows({**values, **places})

    def _page(self, ordering: list[str], is_further: bool, number: int) -> QuerySet:
        found, names = self.queryset(), [name.lstrip("-") for name in ordering]
        if is_further:
            places = [Param(_place(at), field_of(found, name)) for at, name in enumerate(names)]
            found = found.filter(beyond(ordering, places))
        return self.shaped(found.order_by(*ordering), *names)[:number]


def _place(at: int) -> str:
    return f"after_{at}"
