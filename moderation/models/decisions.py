"""What staff decide, and what its addressee says to that."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from moderation.models.cases import Case
from moderation.models.reports import Reason
from pupmatch.lib.ids import UUIDModel


class DecisionQuerySet(models.QuerySet["Decision"]):
    """Decisions, by whether they count and who may know of them."""

    def in_force(self) -> "DecisionQuerySet":
        """Those that were made and neither undone nor still to be confirmed."""
        return self.filter(state=Decision.State.IN_FORCE)

    def proposed(self) -> "DecisionQuerySet":
        """Those that wait for a second pair of eyes, the oldest first."""
        return self.filter(state=Decision.State.PROPOSED).order_by("created_at", "id")

    def told_to(self, user: User) -> "DecisionQuerySet":
        """What a person was told about themselves, whatever became of it."""
        return self.filter(person=user, in_force_at__isnull=False).exclude(
            kind=Decision.Kind.DISMISS
        )


class Decision(UUIDModel):
    """One measure, with the reasons that its addressee is told. Every one can be undone.

    `before` is what undoing restores. Who is erased stays as a keyed hash for as long as their case.
    """

    class Kind(models.TextChoices):
        DISMISS = "dismiss", "no action"
        WARN = "warn", "warning"
        REMOVE = "remove", "content removed"
        HOLD_PHOTOS = "hold_photos", "photos held"
        LIMIT = "limit", "no new likes or messages"
        SUSPEND = "suspend", "suspended"
        BAN = "ban", "banned"

    class State(models.TextChoices):
        PROPOSED = "proposed", "waits for a second pair of eyes"
        IN_FORCE = "in_force", "in force"
        DECLINED = "declined", "not confirmed"
        UNDONE = "undone"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="decisions")
    person = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="decisions",
        db_index=False,  # `decision_of_person` starts with it
    )
    kind = models.CharField(max_length=11, choices=Kind.choices)
    state = models.CharField(max_length=9, choices=State.choices, default=State.IN_FORCE)
    reason = models.CharField(max_length=14, choices=Reason.choices)
    statement = models.TextField(
        max_length=2000, blank=True, help_text="What the person is told beside the rule."
    )
    note = models.TextField(max_length=2000, blank=True, help_text="For staff alone.")
    subject_type = models.CharField(max_length=10, blank=True, help_text="What was removed.")
    subject_id = models.UUIDField(null=True, blank=True)
    until = models.DateTimeField(null=True, blank=True, help_text="Of a limit or suspension.")
    before = models.JSONField(default=dict, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    confirmed_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    undone_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    in_force_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["limit", "suspend"], until__isnull=False)
                | ~Q(kind__in=["limit", "suspend"]) & Q(until=None),
                name="decision_has_an_end_where_it_needs_one",
            ),
            models.CheckConstraint(
                condition=Q(kind="remove", subject_id__isnull=False) & ~Q(subject_type="")
                | ~Q(kind="remove") & Q(subject_id=None, subject_type=""),
                name="decision_names_what_is_removed",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", in_force_at=None, undone_at=None)
                | Q(state="declined", in_force_at=None)
                | Q(state="in_force", in_force_at__isnull=False, undone_at=None)
                | Q(state="undone", in_force_at__isnull=False, undone_at__isnull=False),
                name="decision_states_have_their_times",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-created_at"], name="decision_of_person"),
            models.Index(fields=["-created_at"], name="decision_newest"),
            models.Index(
                fields=["created_at"], condition=Q(state="proposed"), name="decision_to_confirm"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.created_at:%Y-%m-%d}"


class AppealQuerySet(models.QuerySet["Appeal"]):
    """Appeals, by whether they were answered."""

    def waiting(self) -> "AppealQuerySet":
        """Those that were not, the oldest first."""
        return self.filter(outcome=Appeal.Outcome.WAITING).order_by("created_at", "id")


class Appeal(UUIDModel):
    """What the addressee of a decision says to it, once; other staff than its maker decide."""

    class Outcome(models.TextChoices):
        WAITING = "waiting"
        UPHELD = "upheld", "the decision stands"
        GRANTED = "granted", "the decision was undone"

    decision = models.OneToOneField(Decision, on_delete=models.CASCADE, related_name="appeal")
    text = models.TextField(max_length=4000)
    outcome = models.CharField(max_length=7, choices=Outcome.choices, default=Outcome.WAITING)
    answer = models.TextField(max_length=2000, blank=True, help_text="What the person is told.")
    decided_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = AppealQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="waiting", decided_at=None)
                | ~Q(outcome="waiting") & Q(decided_at__isnull=False),
                name="appeal_outcome_has_its_time",
            ),
            models.CheckConstraint(condition=Q(text__regex=r"\S"), name="appeal_says_something"),
        ]
        indexes = [
            models.Index(
                fields=["created_at"], condition=Q(outcome="waiting"), name="appeal_waiting"
            ),
            models.Index(fields=["-decided_at"], name="appeal_by_answer"),
        ]

    def __str__(self) -> str:
        return f"appeal of {self.created_at:%Y-%m-%d}"
