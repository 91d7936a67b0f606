"""What a profile shows beside its own row: photos and prompts."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from profiles.bands import Bands
from profiles.querysets import HoldableQuerySet
from pupmatch.lib.ids import UUIDModel

MIN_PHOTOS = 2
MAX_PHOTOS = 6
MAX_PROMPTS = 10


class Photo(UUIDModel):
    """A picture, kept as three WebP renditions without metadata; the upload itself is not kept."""

    profile = models.ForeignKey(
        "profiles.Profile", on_delete=models.CASCADE, related_name="photos", db_index=False
    )
    position = models.PositiveSmallIntegerField()
    width = models.PositiveIntegerField(help_text="Of the upright picture as sent, in pixels.")
    height = models.PositiveIntegerField(help_text="Of the upright picture as sent, in pixels.")
    byte_size = models.PositiveIntegerField(help_text="Of the file as sent.")
    thumbhash = models.CharField(max_length=60, help_text="Placeholder (ThumbHash), in Base64.")
    small = models.ImageField(max_length=200)
    medium = models.ImageField(max_length=200)
    large = models.ImageField(max_length=200)
    perceptual_hash = models.BigIntegerField(
        null=True, blank=True, help_text="64 bits that look-alikes share most of."
    )
    held_at = models.DateTimeField(
        null=True, blank=True, help_text="While it is set, its owner alone sees the photo."
    )
    reviewed_at = models.DateTimeField(
        null=True, blank=True, help_text="When staff looked at it last; never: it is in the queue."
    )
    created_at = models.DateTimeField(default=timezone.now)

    objects = HoldableQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "position"],
                name="photo_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=Q(position__lt=MAX_PHOTOS), name="photo_at_most_six"),
            models.CheckConstraint(
                condition=Q(byte_size__lte=settings.MAX_PHOTO_BYTES), name="photo_at_most_10_mb"
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at", "id"], condition=Q(reviewed_at=None), name="photo_to_review"
            ),
            GinIndex(
                Bands(F("perceptual_hash")),
                condition=Q(perceptual_hash__isnull=False),
                name="photo_by_looks",
            ),
        ]
        ordering = ("position",)

    def __str__(self) -> str:
        return f"photo {self.position + 1}"

    @property
    def is_held(self) -> bool:
        """Whether its owner alone sees it."""
        return self.held_at is not None


class Prompt(UUIDModel):
    """A question about the dog, and its owner's answer."""

    profile = models.ForeignKey(
        "profiles.Profile", on_delete=models.CASCADE, related_name="prompts", db_index=False
    )
    position = models.PositiveSmallIntegerField()
    question = models.CharField(max_length=200)
    answer = models.CharField(max_length=500)
    held_at = models.DateTimeField(
        null=True, blank=True, help_text="While it is set, its owner alone sees the prompt."
    )

    objects = HoldableQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["profile", "position"], name="prompt_position_once"),
            models.CheckConstraint(
                condition=Q(position__lt=MAX_PROMPTS), name="prompt_at_most_ten"
            ),
            models.CheckConstraint(
                condition=Q(question__regex=r"\S", answer__regex=r"\S"),
                name="prompt_says_something",
            ),
        ]
        ordering = ("position",)

    def __str__(self) -> str:
        return self.question

    @property
    def is_held(self) -> bool:
        """Whether its owner alone sees it."""
        return self.held_at is not None
