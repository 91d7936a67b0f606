"""What messages said before they were edited or unsent: set aside, opened for reports, forgotten."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils import timezone

from messaging.models import FormerWords, Message
from pupmatch.lib.seals import seal, unseal

USE = "former-words"


def set_aside(message: Message) -> None:
    """Keep what a message says for FormerWords.KEPT; to be called right before that changes."""
    said = {"body": message.body, "playground_id": message.playground_id}
    # As it is, not in escapes: what is not Latin would be three times as long.
    text = json.dumps(said, default=str, ensure_ascii=False)
    FormerWords.objects.create(message=message, sealed=seal(text, use=USE, purpose=str(message.pk)))


def times_changed(message: Message) -> int:
    """How often a message of the last days was changed; exact where its conversation is locked."""
    return FormerWords.objects.filter(message=message).count()


def recall(ids: Iterable[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """What these messages said before, oldest first: `body`, `playground_id`, `replaced_at`.

    For the evidence of a report, and for nothing else.
    """
    found: dict[UUID, list[dict[str, Any]]] = {}
    since = timezone.now() - FormerWords.KEPT
    rows = FormerWords.objects.filter(message__in=list(ids), replaced_at__gt=since)
    for row in rows.order_by("pk"):
        said = json.loads(unseal(row.sealed, use=USE, purpose=str(row.message_id)))
        said["replaced_at"] = row.replaced_at
        found.setdefault(row.message_id, []).append(said)
    return found


def forget_old() -> int:
    """Remove what was set aside longer ago than FormerWords.KEPT; says how much."""
    old = FormerWords.objects.filter(replaced_at__lte=timezone.now() - FormerWords.KEPT)
    return old.delete()[0]
