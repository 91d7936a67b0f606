"""What a person chose, whether or not they have a dog here."""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from profiles.ages import OLDEST_ON_SCALE
from profiles.choices import ActivityLevel, DistanceUnit


class Preferences(models.Model):
    """Whom a person wants to meet, and what they let others notice of them.

    They belong to the person and outlive a profile.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="preferences",
    )
    min_age = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(OLDEST_ON_SCALE)]
    )
    max_age = models.PositiveSmallIntegerField(
        default=OLDEST_ON_SCALE,
        validators=[MaxValueValidator(OLDEST_ON_SCALE)],
        help_text="20 means 20 and older.",
    )
    max_distance = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=Decimal(25),
        validators=[MinValueValidator(1), MaxValueValidator(500)],
        help_text="In the unit chosen.",
    )
    distance_unit = models.CharField(
        max_length=10, choices=DistanceUnit.choices, default=DistanceUnit.MILES
    )
    activity_level = models.PositiveSmallIntegerField(
        choices=ActivityLevel.choices, null=True, blank=True
    )
    read_receipts = models.BooleanField(
        default=True,
        db_default=True,
        help_text="Whether whoever writes to me learns what I have received and read, and I of them.",
    )
    presence = models.BooleanField(
        default=True,
        db_default=True,
        help_text="Whether matches see that I am here or typing, and I see them.",
    )
    # Of a dog that was deleted with its place: or deleting it would be a way around the delay.
    place_removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    moved_at = ArrayField(models.DateTimeField(), null=True, blank=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "preferences"
        constraints = [
            models.CheckConstraint(
                condition=Q(min_age__lte=F("max_age"), max_age__lte=OLDEST_ON_SCALE),
                name="preferences_age_range",
            ),
            models.CheckConstraint(
                condition=Q(max_distance__gte=1, max_distance__lte=500),
                name="preferences_distance_range",
            ),
            models.CheckConstraint(
                condition=Q(distance_unit__in=DistanceUnit.values), name="preferences_unit"
            ),
            models.CheckConstraint(
                condition=Q(activity_level=None) | Q(activity_level__in=ActivityLevel.values),
                name="preferences_activity_level",
            ),
        ]

    def __str__(self) -> str:
        return f"preferences of {self.user_id}"

    @property
    def max_distance_m(self) -> float:
        """The largest distance in metres."""
        return float(self.max_distance) * DistanceUnit(self.distance_unit).metres


def share_receipts(*users: User) -> bool:
    """Whether all of these people do; whoever never said otherwise does."""
    preferences = [getattr(user, "preferences", None) for user in users]
    return all(chosen is None or chosen.read_receipts for chosen in preferences)
