"""Identifiers."""

import uuid
from datetime import datetime

import uuid_utils.compat
from django.db import models


def uuid7() -> uuid.UUID:
    """A UUIDv7 (RFC 9562): unguessable, and ordered by the time it was made."""
    return uuid_utils.compat.uuid7()


def first_id_of(moment: datetime) -> uuid.UUID:
    """The smallest UUIDv7 (RFC 9562) of that millisecond."""
    milliseconds = int(moment.timestamp() * 1000)
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | 0b10 << 62)


class UUIDModel(models.Model):
    """A table whose key is a UUIDv7."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True
