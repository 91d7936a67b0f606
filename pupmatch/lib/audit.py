"""What staff do and look at, written down by whatever does it, in its own transaction."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import Model
from django.db.transaction import TransactionManagementError

from pupmatch.lib.logs import current_request_id
from pupmatch.lib.models import AuditEntry
from pupmatch.lib.requests import client_ip, current_request

logger = logging.getLogger(__name__)

_written: ContextVar[list[AuditEntry] | None] = ContextVar("audit_written", default=None)


def record(
    *,
    by: AbstractBaseUser | None,
    action: str,
    subject: Model | None = None,
    reason: str = "",
    **data: Any,
) -> AuditEntry:
    """Write down that `by` (None: a job) did `action`, such as `decision.ban`, to `subject`.

    Kept or lost together with the caller's transaction; without one it raises. `data` holds ids and
    figures, never names or what people wrote: an entry outlives the erasure of whom it is about.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError(
            "What staff do is recorded by the transaction that does it"
        )
    request, request_id = current_request.get(), current_request_id.get()
    entry = AuditEntry.objects.create(
        actor_id=by.pk if by else None,
        action=action,
        subject_type=subject._meta.label_lower if subject else "",
        subject_id=str(subject.pk) if subject else "",
        reason=reason,
        data=json.loads(json.dumps(data, cls=DjangoJSONEncoder)),
        ip_address=client_ip(request) if request else None,
        request_id=request_id if request else "",
    )
    if (written := _written.get()) is not None:
        written.append(entry)
    transaction.on_commit(partial(_log, entry))
    return entry


def _log(entry: AuditEntry) -> None:
    """Where no backup that is restored takes it back; ids alone, for `reason` is free text."""
    logger.info(
        "staff: %s",
        entry.action,
        extra={
            "action": entry.action,
            "actor_id": str(entry.actor_id) if entry.actor_id else None,
            "subject": f"{entry.subject_type} {entry.subject_id}".strip(),
            "data": entry.data,
        },
    )


@contextmanager
def watched() -> Iterator[list[AuditEntry]]:
    """What `record` writes meanwhile, even where a savepoint takes it back again."""
    written: list[AuditEntry] = []
    token = _written.set(written)
    try:
        yield written
    finally:
        _written.reset(token)
