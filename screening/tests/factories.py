"""People, findings and marks for tests of a room that knows no dogs."""

from typing import Any
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.utils import timezone

from pupmatch.lib.ids import uuid7
from screening.models import BannedMark, Finding, Response, Term


def somebody() -> Any:
    """An account."""
    return get_user_model().objects.create_user(f"{uuid7()}@pupmatch.example")


def term(text: str = "", **fields: Any) -> Term:
    """A word of the list."""
    return Term.objects.create(text=text or f"word {uuid7()}", **fields)


def finding(**fields: Any) -> Finding:
    """Something that was found."""
    values = {
        "user": fields.pop("user", None) or somebody(),
        "kind": Finding.Kind.CONTACT,
        "response": Response.FLAG,
        "subject_type": "profile",
        "subject_id": uuid4(),
        "detail": "a telephone number: 206-555-0143",
    }
    return Finding.objects.create(**values | fields)


def mark() -> BannedMark:
    """An address that is not to come back."""
    return BannedMark.objects.create(
        kind=BannedMark.Kind.ADDRESS,
        digest=f"{uuid4().hex}{uuid4().hex}",
        decision_id=uuid4(),
        expires_at=timezone.now() + BannedMark.KEPT,
    )
