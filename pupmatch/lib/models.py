"""Tables that serve every room: counters, answers to repeat, files to remove, jobs."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from pupmatch.lib.ids import UUIDModel


class RequestCounter(models.Model):
    """How often a key (a scope and a caller) was seen in a window of time.

    The table is UNLOGGED: a crash of PostgreSQL empties it.
    """

    key = models.CharField(primary_key=True, max_length=64)
    window_ends_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.count} until {self.window_ends_at:%H:%M:%S}"


class LimitedCaller(UUIDModel):
    """That a caller went past a limit, as staff see it: one row for each, told of its last window."""

    class Kind(models.TextChoices):
        PERSON = "person"
        PEOPLE = "people", "everybody at an address"
        ADDRESS = "address", "address without a sign-in"
        OTHER = "other"

    key = models.CharField(max_length=64, unique=True)
    scope = models.CharField(max_length=40)
    kind = models.CharField("caller is", max_length=10, choices=Kind.choices)
    caller = models.CharField(max_length=120)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        null=True,
        verbose_name="account",
    )
    allowed = models.PositiveIntegerField(help_text="Requests in a window.")
    seconds = models.PositiveIntegerField(help_text="Length of a window.")
    since = models.DateTimeField("limited since")
    window_ends_at = models.DateTimeField("until", db_index=True)
    refusals = models.PositiveIntegerField(help_text="Requests refused in the last window.")
    windows = models.PositiveIntegerField(help_text="How many times the limit was reached.")
    lifted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.scope} of {self.caller}"


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


class HeldFile(UUIDModel):
    """That something needs a file which its owner may let go of; see `pupmatch.lib.files.hold`."""

    name = models.CharField(max_length=255)
    holder = models.UUIDField(help_text="The row that needs it.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "holder"], name="held_file_once_per_holder")
        ]

    def __str__(self) -> str:
        return self.name


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    """Entries, by whom and what they are about."""

    def about(self, row: models.Model) -> "AuditQuerySet":
        """What was done to a row, the latest first."""
        found = self.filter(subject_type=row._meta.label_lower, subject_id=str(row.pk))
        return found.order_by("-pk")

    def by(self, actor_id: UUID | None) -> "AuditQuerySet":
        """What somebody did, the latest first."""
        return self.filter(actor_id=actor_id).order_by("-pk")


class AuditEntry(UUIDModel):
    """What a member of staff did or looked at. A trigger refuses to change or remove a row.

    Ids, figures and the reason only: names would outlive the erasure of whoever they name.
    """

    at = models.DateTimeField(db_default=Now())
    actor_id = models.UUIDField(null=True, help_text="The member of staff; none for a job.")
    action = models.CharField(max_length=60, help_text="As in decision.ban.")
    subject_type = models.CharField(max_length=60, blank=True, help_text="As in accounts.user.")
    subject_id = models.CharField(max_length=64, blank=True)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict, blank=True)
    ip_address = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=128, blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["subject_id", "-id"], name="audit_of_subject"),
            models.Index(fields=["actor_id", "-id"], name="audit_of_actor"),
            models.Index(fields=["action", "-id"], name="audit_of_action"),
        ]

    def __str__(self) -> str:
        return f"{self.action} at {self.at:%Y-%m-%d %H:%M}"


class JobQuerySet(models.QuerySet["Job"]):
    """Jobs, by what is to be done about them."""

    def due(self, moment: datetime) -> "JobQuerySet":
        """Those that a worker should have taken up."""
        return self.filter(Q(scheduled_at=None) | Q(scheduled_at__lte=moment), status="todo")

    def failed(self) -> "JobQuerySet":
        """Those that were tried for the last time."""
        return self.filter(status="failed")

    def abandoned(self) -> "JobQuerySet":
        """Those whose worker is gone, or has given no sign of life for Job.STALLED."""
        # By the database's clock, which also times the signs of life.
        return self.filter(
            Q(worker=None) | Q(worker__last_heartbeat__lt=Now() - Job.STALLED), status="doing"
        )


class Job(ProcrastinateJob):
    """A row of procrastinate's queue; `pupmatch.lib.jobs` writes it."""

    STALLED = timedelta(seconds=5)

    objects = JobQuerySet.as_manager()  # type: ignore[misc,assignment]  # procrastinate's is read-only

    class Meta:
        proxy = True

    def __str__(self) -> str:
        return f"{self.task_name} {self.pk}"


class JobFailure(models.Model):
    """One failed try of a job: what happened and where, in words that name nobody."""

    # The constraint stands in the migration: the database deletes it together with the job.
    job = models.ForeignKey(
        Job, on_delete=models.DO_NOTHING, db_constraint=False, related_name="failures"
    )
    attempt = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=timezone.now)
    error = models.TextField()

    def __str__(self) -> str:
        return self.error.partition("\n")[0]
