"""Transactions that are tried again when somebody else's crossed them."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, connection, transaction
from psycopg.errors import DeadlockDetected, ForeignKeyViolation

P = ParamSpec("P")
R = TypeVar("R")

TRIES = 4
# What refuses a transaction because of another one, so that it may well succeed afresh.
CROSSED = (ForeignKeyViolation, DeadlockDetected)


def deletes_a_crowd(change: Callable[P, R]) -> Callable[P, R]:
    """A transaction, for deleting a row that many others refer to; tried again a few times.

    Somebody may like or write between the deletion of such rows and that of the one that they refer
    to, or lock some of them in another order. Either refuses the whole, which then starts afresh.
    """
    atomic = transaction.atomic(change)

    @wraps(change)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        for _ in range(TRIES - 1):
            try:
                return atomic(*args, **kwargs)
            except DatabaseError as error:
                crossed = isinstance(error.__cause__, CROSSED)
                # Inside another transaction there is nothing left to start afresh from.
                if not crossed or connection.in_atomic_block:
                    raise
        return atomic(*args, **kwargs)

    return wrapper
