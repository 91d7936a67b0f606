"""Which rule of the database a write broke."""

from django.db import IntegrityError


def violated(error: IntegrityError) -> str | None:
    """The name of the constraint that refused the write."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
