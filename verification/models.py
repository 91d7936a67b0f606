"""What owners show, and what staff make of it."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from profiles.models import Profile
from pupmatch.lib.ids import UUIDModel


class VerificationQuerySet(models.QuerySet["Verification"]):
    """Verifications, by where they stand."""

    def waiting(self) -> "VerificationQuerySet":
        """Those that staff have not looked at."""
        return self.filter(state=Verification.State.WAITING)


class Verification(UUIDModel):
    """A document that an owner showed: private to them and to staff, removed once it is decided."""

    # How long a badge lasts; a vaccination lasts as long as its record says, and no longer than that.
    BADGE = timedelta(days=365)

    class Kind(models.TextChoices):
        VACCINATION = "vaccination", "vaccination record"
        PHOTO = "photo", "fresh photo"

    class State(models.TextChoices):
        WAITING = "waiting"
        CONFIRMED = "confirmed"
        REFUSED = "refused"

    profile = models.ForeignKey(
        Profile, on_delete=models.CASCADE, related_name="verifications", db_index=False
    )
    kind = models.CharField(max_length=11, choices=Kind.choices)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    document = models.CharField(
        max_length=200, blank=True, help_text="Its name in the private storage, until decided."
    )
    reason = models.CharField(max_length=300, blank=True, help_text="Why it was refused.")
    created_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="When the badge lapses.")

    objects = VerificationQuerySet.as_manager()

    class Meta:
        permissions = [("decide_verification", "Can look at documents and decide")]
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "kind"],
                condition=Q(state="waiting"),
                name="verification_one_waiting_per_kind",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at=None) & ~Q(document="")
                | ~Q(state="waiting") & Q(decided_at__isnull=False, document=""),
                name="verification_document_goes_with_the_decision",
            ),
            models.CheckConstraint(
                condition=Q(state="confirmed", expires_at__isnull=False)
                | ~Q(state="confirmed") & Q(expires_at=None),
                name="verification_badge_has_an_end",
            ),
        ]
        indexes = [
            models.Index(fields=["profile", "-created_at"], name="verification_of_profile"),
            models.Index(
                fields=["created_at"], condition=Q(state="waiting"), name="verification_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.state}"
