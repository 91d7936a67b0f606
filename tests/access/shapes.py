"""Whether an answer has the fields that docs/access.md gives it, all the way down."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from tests.access.table import Shape, shapes_table

PAGE = {"next", "previous", "results"}
BY_TYPE = "*"


@cache
def _by_answer() -> dict[tuple[str, bool], list[Shape]]:
    found: dict[tuple[str, bool], list[Shape]] = {}
    for shape in shapes_table().values():
        for names, is_page in ((shape.answers, False), (shape.pages, True)):
            for name in names:
                found.setdefault((name, is_page), []).append(shape)
    return found


def answered() -> set[str]:
    """The operations and events that the table gives fields to."""
    return {name for name, _ in _by_answer()}


def wrong_fields(answer: Any, of: str) -> list[str]:
    """What is in an answer and in no row, or the other way round; `of` is an operation or event."""
    if not isinstance(answer, dict):
        return [f"{of} is {type(answer).__name__}"]
    pages = _by_answer().get((of, True), [])
    if pages and set(answer) == PAGE:
        rows = (_best(row, pages) for row in answer["results"])
        return [wrong for row in rows for wrong in row]
    return list(_best(answer, _by_answer().get((of, False), [])))


def _best(value: Any, shapes: list[Shape]) -> list[str]:
    """What is wrong by the one of these shapes that fits best."""
    return min((list(_wrong(value, shape)) for shape in shapes), key=len, default=["no shape"])


def _wrong(value: Any, shape: Shape) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{shape.name} is {value!r}"
        return
    for name in set(value) - set(shape.fields):
        yield f"{shape.name} has {name}"
    for name in set(shape.fields) - set(value) - shape.optional:
        yield f"{shape.name} lacks {name}"
    for name in set(value) & set(shape.fields):
        yield from _wrong_field(value, name, shape)


def _wrong_field(value: dict[str, Any], name: str, shape: Shape) -> Iterator[str]:
    inner, kind = value[name], shape.fields[name]
    if kind == BY_TYPE:
        yield from wrong_fields(inner, value["type"])
        return
    for each in inner if isinstance(inner, list) else [inner]:
        if kind and each is not None:
            yield from _wrong(each, shapes_table()[kind])
        elif not kind and isinstance(each, dict | list):
            yield f"{shape.name}.{name} has fields of its own"


def paged(name: str) -> bool:
    """Whether the operation answers by pages."""
    return (name, True) in _by_answer()
