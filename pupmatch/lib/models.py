"""Tables that serve every room: counters of requests, answers to repeat, files to remove."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from pupmatch.lib.ids import UUIDModel


class RequestCounter(models.Model):
    """How often a key (a scope and a caller) was seen in a window of time."""

    key = models.CharField(primary_key=True, max_length=64)
    window_ends_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.count} until {self.window_ends_at:%H:%M:%S}"


class IdempotentAnswer(UUIDModel):
    """What a POST with an Idempotency-Key answered, to be answered again for a day."""

    LIFETIME = timedelta(days=1)

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="idempotent_answer_once_per_key")
        ]

    def __str__(self) -> str:
        return self.key


class DiscardedFile(models.Model):
    """A stored file that nothing refers to, or will refer to unless its upload completes.

    Rows are written by the transaction that lets go of a file, so a crash loses none.
    """

    name = models.CharField(primary_key=True, max_length=255)
    remove_after = models.DateTimeField(db_default=Now(), db_index=True)

    def __str__(self) -> str:
        return self.name
