"""Reports, and what was reported as it stood."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from moderation.models.cases import Case, Severity
from pupmatch.lib.ids import UUIDModel


class Subject(models.TextChoices):
    """What can be reported."""

    PROFILE = "profile"
    PHOTO = "photo"
    PROMPT = "prompt"
    MESSAGE = "message"
    PLAYGROUND = "playground"
    REVIEW = "review"


class Reason(models.TextChoices):
    """Why somebody reports something."""

    HARASSMENT = "harassment"
    SCAM = "scam"
    FAKE = "fake", "fake profile"
    NOT_A_DOG = "not_a_dog", "not a dog"
    ANIMAL_CRUELTY = "animal_cruelty", "animal cruelty"
    AGGRESSIVE_DOG = "aggressive_dog", "aggressive dog or bite"
    SPAM = "spam"
    UNDERAGE = "underage", "underage person"
    OTHER = "other"


SEVERITIES = {
    Reason.HARASSMENT: Severity.HIGH,
    Reason.SCAM: Severity.HIGH,
    Reason.FAKE: Severity.NORMAL,
    Reason.NOT_A_DOG: Severity.LOW,
    Reason.ANIMAL_CRUELTY: Severity.CRITICAL,
    Reason.AGGRESSIVE_DOG: Severity.CRITICAL,
    Reason.SPAM: Severity.NORMAL,
    Reason.UNDERAGE: Severity.CRITICAL,
    Reason.OTHER: Severity.LOW,
}
MAX_TEXT = 2000


class Report(UUIDModel):
    """Somebody's complaint about a person or a place; how it ended is the reporter's record."""

    class Outcome(models.TextChoices):
        WAITING = "waiting"
        ACTED = "acted", "acted upon"
        DISMISSED = "dismissed"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="reports")
    reporter = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="reports_made"
    )
    subject_type = models.CharField(max_length=10, choices=Subject.choices)
    subject_id = models.UUIDField()
    reason = models.CharField(max_length=14, choices=Reason.choices)
    text = models.TextField(max_length=MAX_TEXT, blank=True)
    weight = models.FloatField(
        default=1, help_text="By the reporter's record when it was made: 1 for a new reporter."
    )
    outcome = models.CharField(max_length=9, choices=Outcome.choices, default=Outcome.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reporter", "subject_type", "subject_id"],
                condition=Q(outcome="waiting", reporter__isnull=False),
                name="report_once_while_it_waits",
            ),
            models.CheckConstraint(
                condition=Q(outcome="waiting", decided_at=None)
                | ~Q(outcome="waiting") & Q(decided_at__isnull=False),
                name="report_outcome_has_its_time",
            ),
            models.CheckConstraint(condition=Q(weight__gte=0), name="report_weight"),
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="report_by_subject"),
            models.Index(fields=["-created_at"], name="report_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}, about a {self.subject_type}"


class Evidence(UUIDModel):
    """What was reported as it stood, with its context, frozen by the report's own transaction.

    `content` is made by `moderation.evidence`; nothing that happens later changes it.
    """

    report = models.OneToOneField(Report, on_delete=models.CASCADE, related_name="evidence")
    content = models.JSONField()
    taken_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "evidence"

    def __str__(self) -> str:
        return f"evidence of {self.taken_at:%Y-%m-%d %H:%M}"


class EvidenceFile(UUIDModel):
    """A photo kept aside: the file that it was copied from, and the private copy.

    Until a job has made the copy, the original is held. Reports of one case share a copy, which a
    trigger discards together with the last row that refers to it.
    """

    evidence = models.ForeignKey(
        Evidence,
        on_delete=models.CASCADE,
        related_name="files",
        db_index=False,  # the unique constraint starts with it
    )
    photo_id = models.UUIDField()
    source = models.CharField(
        max_length=255, help_text="The rendition's name in the media storage."
    )
    name = models.CharField(
        max_length=255,
        blank=True,
        help_text="The copy's, in the private storage; empty until then.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evidence", "source"], name="evidence_file_once")
        ]
        indexes = [
            models.Index(fields=["source"], condition=Q(name=""), name="evidence_file_to_copy"),
            # Whether a copy is still needed, when one of the rows that refer to it goes.
            models.Index(fields=["name"], condition=~Q(name=""), name="evidence_file_by_copy"),
        ]

    def __str__(self) -> str:
        return self.name or self.source
