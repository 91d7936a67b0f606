"""Who may sign in, where they are signed in, and whom they want nothing to do with."""

import hashlib
import hmac
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.auth.password_validation import validate_password
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.log import AuthenticationAttempt  # noqa: F401 (tables of this room)
from accounts.social.models import SignInNonce  # noqa: F401 (the same)
from accounts.staff.models import FailedSignIn, SecondFactor  # noqa: F401 (the same)
from pupmatch.lib.ids import UUIDModel


class UserManager(BaseUserManager["User"]):
    """Makes accounts; addresses are kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new account; without a password it cannot sign in by one."""
        user = self.model(email=normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Staff with every permission; `manage.py createsuperuser` calls this.

        Raises ValidationError for a password that is easily guessed, which that command asks only
        whoever types one.
        """
        if password is not None:
            validate_password(password, self.model(email=normalize_email(email)))
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """The account of an address, however it is capitalised."""
        return self.get(email=normalize_email(username or ""))


def normalize_email(email: str) -> str:
    """The form in which an address is stored and compared.

    Mail hosts treat capitals alike in practice; two accounts that differ by them are one person.
    """
    return email.strip().lower()


class User(UUIDModel, AbstractBaseUser, PermissionsMixin):
    """An account. The dog and everything about it lives in the rooms above."""

    email = models.EmailField(max_length=254)
    email_verified_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(
        default=True, help_text="Without it nobody can sign in, and nobody sees the profile."
    )
    is_staff = models.BooleanField(default=False, help_text="May sign in to this admin.")
    # Why it is out of use; a limit and a suspension end by themselves (`accounts.standing`).
    deactivated_at = models.DateTimeField(null=True, blank=True)
    limited_until = models.DateTimeField(
        null=True, blank=True, help_text="Until then: no new likes and no messages."
    )
    suspended_until = models.DateTimeField(null=True, blank=True)
    banned_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                name="user_email_once",
                violation_error_message="There is an account with this address.",
            ),
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="user_email_is_lower_case"
            ),
            models.CheckConstraint(
                condition=Q(suspended_until=None, banned_at=None) | Q(is_active=False),
                name="user_barred_is_inactive",
            ),
            models.CheckConstraint(
                condition=Q(deactivated_at=None) | Q(is_active=False),
                name="user_deactivated_is_inactive",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at"], name="user_newest"),
            models.Index(
                fields=["suspended_until"],
                condition=~Q(suspended_until=None),
                name="user_suspended_until",
            ),
            # Staff type the beginning of an address.
            models.Index(OpClass("email", name="text_pattern_ops"), name="user_email_by_prefix"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_barred(self) -> bool:
        """Whether staff suspended or banned the person, who may still sign in to appeal."""
        return self.suspended_until is not None or self.banned_at is not None

    @property
    def may_sign_in(self) -> bool:
        """Whether the password opens anything: for whoever is barred, the way to an appeal."""
        return self.is_active or (self.is_barred and self.deactivated_at is None)

    @property
    def is_limited(self) -> bool:
        """Whether the person may neither like nor write for now."""
        return self.limited_until is not None and self.limited_until > timezone.now()

    @property
    def is_email_verified(self) -> bool:
        """Whether a mail to the address was answered."""
        return self.email_verified_at is not None


class SessionQuerySet(models.QuerySet["Session"]):
    """Sign-ins, by whether they still count."""

    def live(self, at: Any = None) -> "SessionQuerySet":
        """Neither ended nor expired, now or at a moment that is given as an expression."""
        return self.filter(ended_at=None, expires_at__gt=at or timezone.now())

    def end(self, reason: str) -> int:
        """End the live ones; every token of theirs is dead at its next use. Says how many."""
        return self.live().update(ended_at=timezone.now(), end_reason=reason)


class Session(UUIDModel):
    """One sign-in on one device: the family that its refresh tokens belong to."""

    # How long an ended or expired sign-in stays, for whoever looks into a theft.
    KEPT = timedelta(days=30)

    class EndReason(models.TextChoices):
        LOGOUT = "logout", "signed out"
        REUSE = "reuse", "a spent refresh token came back"
        PASSWORD = "password", "the password changed"
        STAFF = "staff", "ended by staff"
        SURPLUS = "surplus", "too many at once"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    ip_address = models.GenericIPAddressField()
    user_agent = models.CharField(max_length=200, blank=True)
    device_id = models.UUIDField(
        null=True, blank=True, help_text="The installation's id, where the app told it."
    )
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=10, blank=True, choices=EndReason.choices)

    objects = SessionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, end_reason="")
                | Q(ended_at__isnull=False) & ~Q(end_reason=""),
                name="session_ends_for_a_reason",
            )
        ]
        indexes = [
            models.Index(
                fields=["user", "-last_used_at"],
                condition=Q(ended_at=None),
                name="session_of_user_by_last_use",
            ),
            models.Index(
                fields=["device_id"], condition=~Q(device_id=None), name="session_on_device"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_agent or 'unknown client'} since {self.created_at:%Y-%m-%d}"


class RefreshTokenRecord(models.Model):
    """A refresh token that was handed out; `spent_at` is when it was first used.

    A token whose record was cleared away counts as spent long ago.
    """

    jti = models.UUIDField(primary_key=True)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="refresh_tokens")
    created_at = models.DateTimeField(default=timezone.now)
    spent_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"refresh token of {self.created_at:%Y-%m-%d %H:%M}"


def email_digest(email: str) -> str:
    """A keyed hash that finds attempts on one address again without storing unknown addresses."""
    key = hashlib.sha256(b"email-digest:" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, normalize_email(email).encode(), hashlib.sha256).hexdigest()


class BlockQuerySet(models.QuerySet["Block"]):
    """Blocks, seen from one person."""

    def around(self, user: User) -> models.QuerySet:
        """Ids of everybody whom `user` blocked or who blocked `user`."""
        made = self.filter(blocker=user).values("blocked_id")
        received = self.filter(blocked=user).values("blocker_id")
        return made.union(received, all=True)


class Block(UUIDModel):
    """`blocker` wants to see and hear nothing of `blocked`, nor be seen."""

    blocker = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="blocks_made", db_index=False
    )
    blocked = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="blocks_received", db_index=False
    )
    blocked_name = models.CharField(
        max_length=50, blank=True, help_text="What the dog was called when it was blocked."
    )
    created_at = models.DateTimeField(default=timezone.now)

    objects = BlockQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="block_once"),
            models.CheckConstraint(condition=~Q(blocker=F("blocked")), name="block_not_oneself"),
        ]
        indexes = [models.Index(fields=["blocked", "blocker"], name="blocks_received")]

    def __str__(self) -> str:
        return f"{self.blocker_id} blocks {self.blocked_id}"
