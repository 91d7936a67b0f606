"""What people asked for a copy of: everything about themselves."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from pupmatch.lib.ids import UUIDModel


class ExportQuerySet(models.QuerySet["Export"]):
    """Exports, by whether there is anything to fetch."""

    def preparing(self) -> "ExportQuerySet":
        """Those that a job works on, or will."""
        return self.filter(prepared_at=None)

    def over(self) -> "ExportQuerySet":
        """Those whose time is over."""
        return self.filter(expires_at__lte=timezone.now())


class Export(UUIDModel):
    """Everything stored about one person, in a zip that is theirs alone; each has one at a time.

    A trigger discards the file together with the row, so it goes with the account, too.
    """

    KEPT = timedelta(days=7)
    # A job that was lost, or failed for the last time, does not stand in the way of another.
    GIVEN_UP_AFTER = timedelta(days=1)

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="export")
    requested_at = models.DateTimeField(default=timezone.now)
    prepared_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="When the file goes.")
    name = models.CharField(
        max_length=200, blank=True, help_text="Its name in the private storage, once prepared."
    )
    byte_size = models.PositiveBigIntegerField(null=True, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(prepared_at=None, expires_at=None, name="", byte_size=None)
                | Q(prepared_at__isnull=False, expires_at__isnull=False, byte_size__isnull=False)
                & ~Q(name=""),
                name="export_has_a_file_once_prepared",
            )
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=~Q(expires_at=None), name="export_by_end")
        ]

    def __str__(self) -> str:
        return f"export of {self.requested_at:%Y-%m-%d %H:%M}"

    @property
    def is_prepared(self) -> bool:
        """Whether there is a file to fetch."""
        return self.prepared_at is not None

    @property
    def is_over(self) -> bool:
        """Whether its time is over, although nothing has removed it yet."""
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def is_given_up(self) -> bool:
        """Whether it has been preparing for longer than any job takes."""
        return not self.is_prepared and self.requested_at <= timezone.now() - self.GIVEN_UP_AFTER
