"""Whose streams the tests of this room write: it stands below the one that makes accounts."""

from collections.abc import Iterable
from itertools import count
from uuid import UUID

from django.contrib.auth import get_user_model

from events.models import Event
from events.publishing import publish, recorded

_numbers = count()


class Refused(Exception):
    """Something goes wrong."""


def person() -> UUID:
    """The id of a new account."""
    return people(1)[0]


def people(how_many: int) -> list[UUID]:
    """The ids of some new accounts."""
    user = get_user_model()
    made = [user(email=f"reader{next(_numbers)}@pupmatch.example") for _ in range(how_many)]
    return [one.pk for one in user.objects.bulk_create(made)]


def happen(*types: str, to: Iterable[UUID], notifies: bool = False) -> None:
    """Some things happen to some people, in one transaction."""
    with recorded():
        for type_ in types:
            publish(to, type_, {}, notifies=notifies)


def numbered(user_id: UUID) -> list[tuple[int, str]]:
    """What a stream holds."""
    return list(Event.objects.after(user_id, 0).values_list("position", "type"))
