"""Cases: everything there is against one person, or about one place that is nobody's."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from pupmatch.lib.ids import UUIDModel


class Severity(models.IntegerChoices):
    """How much harm may come of waiting."""

    LOW = 1, "low"
    NORMAL = 2, "normal"
    HIGH = 3, "high"
    CRITICAL = 4, "critical"


# Within which time a case of each severity is to be decided.
DUE_WITHIN = {
    Severity.LOW: timedelta(days=7),
    Severity.NORMAL: timedelta(days=3),
    Severity.HIGH: timedelta(days=1),
    Severity.CRITICAL: timedelta(hours=4),
}


class CaseQuerySet(models.QuerySet["Case"]):
    """Cases, by what is to be done about them."""

    def open(self) -> "CaseQuerySet":
        """Those that wait for a decision."""
        return self.filter(closed_at=None)

    def overdue(self) -> "CaseQuerySet":
        """Open ones whose time is over."""
        return self.open().filter(due_at__lt=timezone.now())

    def free_for(self, user: User) -> "CaseQuerySet":
        """Open ones that nobody else is working on, and that do not wait for a second opinion."""
        free = Q(claimed_until=None) | Q(claimed_until__lte=timezone.now()) | Q(claimed_by=user)
        return self.open().filter(free).exclude(decisions__state="proposed")

    def in_order(self) -> "CaseQuerySet":
        """The most urgent one first."""
        return self.order_by("ranked_at", "id")


class Case(UUIDModel):
    """Reports and findings about one person, or about a place that nobody added.

    `about` is the person's account, as long as there is one; `about_digest` finds what is kept about
    somebody who left, by a keyed hash.
    """

    CLAIM = timedelta(minutes=30)

    about = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="cases"
    )
    about_digest = models.CharField(max_length=64, blank=True)
    playground_id = models.UUIDField(null=True, blank=True)
    severity = models.PositiveSmallIntegerField(choices=Severity.choices, default=Severity.LOW)
    weight = models.FloatField(
        default=0, help_text="The sum of what its reports weigh, by their reporters' records."
    )
    report_count = models.PositiveIntegerField(default=0)
    finding_count = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    ranked_at = models.DateTimeField(
        help_text="Its place in the queue: when it was opened, moved ahead by severity and weight."
    )
    claimed_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    claimed_until = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["about"],
                condition=Q(closed_at=None, about__isnull=False),
                name="case_one_open_per_person",
            ),
            models.UniqueConstraint(
                fields=["playground_id"],
                condition=Q(closed_at=None, playground_id__isnull=False),
                name="case_one_open_per_playground",
            ),
            models.CheckConstraint(
                condition=Q(severity__in=Severity.values), name="case_severity_known"
            ),
            models.CheckConstraint(
                condition=Q(claimed_by=None) | Q(claimed_until__isnull=False),
                name="case_claim_expires",
            ),
        ]
        indexes = [
            models.Index(
                fields=["ranked_at", "id"], condition=Q(closed_at=None), name="case_queue"
            ),
            models.Index(fields=["due_at"], condition=Q(closed_at=None), name="case_by_due_time"),
            models.Index(fields=["about_digest"], name="case_by_digest"),
            models.Index(fields=["-closed_at"], name="case_by_close"),
        ]
        permissions = [
            ("work_case", "Can claim cases and decide: dismiss, warn, remove, hold, limit"),
            ("suspend_person", "Can suspend people"),
            ("ban_person", "Can ban people"),
            ("undo_decision", "Can undo decisions"),
            ("decide_appeal", "Can decide appeals"),
            ("read_messages", "Can read private messages, with a reason"),
            ("review_photos", "Can review photos"),
            ("export_figures", "Can export figures"),
        ]

    def __str__(self) -> str:
        return f"case {str(self.pk)[-6:]}"

    def is_claimed_by_other(self, user: User, now: datetime) -> bool:
        """Whether somebody else is working on it at that moment."""
        return (
            self.claimed_by_id not in (None, user.pk)
            and self.claimed_until is not None
            and self.claimed_until > now
        )


class Note(UUIDModel):
    """What staff want each other to know about a case; the person never sees it."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField(max_length=2000)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(text__regex=r"\S"), name="note_says_something")
        ]

    def __str__(self) -> str:
        return f"note of {self.created_at:%Y-%m-%d %H:%M}"
