"""The sign-in log's table; `accounts.attempts` writes it."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils import timezone

from pupmatch.lib.ids import UUIDModel

if TYPE_CHECKING:
    from accounts.models import User

# Methods that somebody can try who knows the address and nothing else.
BY_ADDRESS = ("register", "password", "reset", "admin", "apple", "google")


class AttemptQuerySet(models.QuerySet["AuthenticationAttempt"]):
    """Attempts, by who may learn of them."""

    def told_to(self, user: "User") -> "AttemptQuerySet":
        """Those at somebody's account, as far as they are that person's business.

        Refused ones that needed nothing but the address may be its owner's, who would be shown to whoever
        registered it: left out as long as nobody had confirmed that the two are the same.
        """
        mine = self.filter(user=user)
        if user.is_staff:
            return mine
        strangers = Q(outcome="refused", method__in=BY_ADDRESS)
        if user.email_verified_at:
            strangers &= Q(created_at__lt=user.email_verified_at)
        return mine.exclude(strangers)


class AuthenticationAttempt(UUIDModel):
    """One attempt to prove who one is, and how it ended.

    It names the account, or else the digest of an address that has none.
    """

    KEPT = timedelta(days=90)

    class Method(models.TextChoices):
        REGISTER = "register"
        PASSWORD = "password"  # noqa: S105 (a method, not a secret)
        REFRESH = "refresh"
        RESET = "reset"
        CONFIRM = "confirm", "password asked again"
        ADMIN = "admin", "password of staff"
        FACTOR = "factor", "second factor of staff"
        APPLE = "apple", "Sign in with Apple"
        GOOGLE = "google", "Sign in with Google"

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted"
        REFUSED = "refused"

    user = models.ForeignKey(
        "accounts.User",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="attempts",
        db_index=False,
    )
    email_digest = models.CharField(max_length=64, blank=True)
    method = models.CharField(max_length=10, choices=Method.choices)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    ip_address = models.GenericIPAddressField()
    user_agent = models.CharField(max_length=200, blank=True)
    # What it opened or refreshed; kept for longer than the sign-in itself.
    session_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None) | Q(email_digest=""), name="attempt_names_user_or_address"
            )
        ]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="attempt_of_user_newest"),
            # What its owner sees: a refresh every quarter of an hour is no news.
            models.Index(
                fields=["user", "-created_at", "-id"],
                condition=~Q(method="refresh", outcome="accepted"),
                name="attempt_shown_to_user",
            ),
            models.Index(fields=["-created_at"], name="attempt_newest"),
            models.Index(fields=["ip_address", "-created_at"], name="attempt_from_address"),
            models.Index(
                fields=["email_digest"],
                condition=~Q(email_digest=""),
                name="attempt_of_unknown_address",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.outcome}"
