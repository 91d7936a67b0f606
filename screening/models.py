"""Words to look for, what was found, and whoever is not to come back."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from pupmatch.lib.ids import UUIDModel


class Response(models.TextChoices):
    """What follows when something is found."""

    FLAG = "flag", "show it, and tell staff"
    HOLD = "hold", "hold it until staff have looked"


class Term(UUIDModel):
    """A word or phrase that staff want to know of; whole words, whatever their capitals."""

    text = models.CharField(max_length=80)
    response = models.CharField(max_length=4, choices=Response.choices, default=Response.FLAG)
    in_profiles = models.BooleanField(default=True, help_text="In names, bios and prompts.")
    in_openers = models.BooleanField(default=True, help_text="In first messages.")
    note = models.CharField(max_length=200, blank=True, help_text="Why it is on the list.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("text"), name="term_once", violation_error_message="This is on the list."
            ),
            models.CheckConstraint(condition=Q(text__regex=r"\S"), name="term_says_something"),
        ]

    def __str__(self) -> str:
        return self.text


class FindingQuerySet(models.QuerySet["Finding"]):
    """Findings, by whether staff know of them yet."""

    def new(self) -> "FindingQuerySet":
        """Those that no case has taken up."""
        return self.filter(gathered_at=None)


class Finding(UUIDModel):
    """Something that was noticed by itself; a case takes it up, and staff judge it.

    Nobody is ever judged by findings alone.
    """

    class Kind(models.TextChoices):
        CONTACT = "contact", "contact details"
        LINK = "link", "a link"
        TERM = "term", "a word on the list"
        SIMILAR_OPENERS = "similar_openers", "the same opener to many"
        MANY_OPENERS = "many_openers", "openers to very many"
        BANNED_PHOTO = "banned_photo", "a photo that was banned"
        BANNED_TEXT = "banned_text", "a text that was removed"
        BANNED_DEVICE = "banned_device", "a device that was banned"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="findings"
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    response = models.CharField(max_length=4, choices=Response.choices)
    subject_type = models.CharField(max_length=20, help_text="As reports name it.")
    subject_id = models.UUIDField()
    detail = models.CharField(max_length=200, blank=True, help_text="What was found.")
    created_at = models.DateTimeField(default=timezone.now)
    gathered_at = models.DateTimeField(null=True, blank=True, help_text="When a case took it up.")

    objects = FindingQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(gathered_at=None),
                name="finding_new",
            ),
            models.Index(fields=["subject_id"], name="finding_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} in a {self.subject_type}"


class Opener(UUIDModel):
    """That somebody wrote to somebody who has not answered yet: whom, and what it resembles.

    Kept for a day, to notice who writes the same to everybody; what it says is not kept.
    """

    KEPT = timedelta(days=1)

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    conversation_id = models.UUIDField()
    sketch = models.BinaryField(
        max_length=64, null=True, blank=True, help_text="Hashes of some of its words; none of few."
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-created_at"], name="opener_of_person_by_time"),
            models.Index(fields=["created_at"], name="opener_by_age"),
        ]

    def __str__(self) -> str:
        return f"opener of {self.created_at:%Y-%m-%d %H:%M}"


class BannedMarkQuerySet(models.QuerySet["BannedMark"]):
    """Marks, by whether they still count."""

    def current(self) -> "BannedMarkQuerySet":
        """Those that have not lapsed."""
        return self.filter(expires_at__gt=timezone.now())


class BannedMark(UUIDModel):
    """An address, device, photo or text that is not to come back: a keyed hash, nothing else.

    It lapses by itself; docs/moderation.md publishes when.
    """

    KEPT = timedelta(days=2 * 365)

    class Kind(models.TextChoices):
        ADDRESS = "address", "e-mail address"
        DEVICE = "device"
        PHOTO = "photo"
        TEXT = "text"

    kind = models.CharField(max_length=7, choices=Kind.choices)
    digest = models.CharField(
        max_length=64, help_text="HMAC-SHA-256; of a photo its perceptual hash, under a key."
    )
    decision_id = models.UUIDField(help_text="What it was decided by; undone together with it.")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    objects = BannedMarkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "digest", "decision_id"], name="banned_mark_once"
            )
        ]
        indexes = [
            models.Index(fields=["decision_id"], name="banned_mark_of_decision"),
            models.Index(fields=["expires_at"], name="banned_mark_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} until {self.expires_at:%Y-%m-%d}"
