"""A dog's profile, as its owner writes it and as others see it."""

import datetime

from django.conf import settings
from django.contrib.gis.db.models import PointField
from django.contrib.gis.geos import Point
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Lower, Upper
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone

from profiles.ages import age_on, plausible_birth_date
from profiles.choices import ActivityLevel, PlayStyle, Sex, Size, Temperament
from profiles.content import MAX_PHOTOS as MAX_PHOTOS
from profiles.content import MAX_PROMPTS as MAX_PROMPTS
from profiles.content import MIN_PHOTOS as MIN_PHOTOS
from profiles.content import Photo as Photo
from profiles.content import Prompt as Prompt
from profiles.preferences import Preferences as Preferences
from profiles.querysets import ProfileQuerySet
from pupmatch.lib.geo import on_the_globe
from pupmatch.lib.ids import UUIDModel
from pupmatch.lib.text import on_one_line, shows_something

MAX_BIO = 1000


class Breed(UUIDModel):
    """A breed to choose from; staff may add to the list."""

    name = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="breed_once",
                violation_error_message="There is a breed with this name.",
            )
        ]
        indexes = [GinIndex(OpClass(Lower("name"), name="gin_trgm_ops"), name="breed_by_text")]
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Profile(UUIDModel):
    """A dog that looks for playmates."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile"
    )
    name = models.CharField(max_length=50, validators=[shows_something, on_one_line])
    birth_date = models.DateField(validators=[plausible_birth_date])
    bio = models.TextField(max_length=MAX_BIO, blank=True)
    breed = models.ForeignKey(Breed, on_delete=models.PROTECT, null=True, blank=True)
    sex = models.CharField(max_length=6, choices=Sex.choices, null=True, blank=True)  # noqa: DJ001 (not told)
    size = models.CharField(max_length=6, choices=Size.choices, null=True, blank=True)  # noqa: DJ001 (not told)
    activity_level = models.PositiveSmallIntegerField(
        choices=ActivityLevel.choices, default=ActivityLevel.MEDIUM
    )
    temperament = ArrayField(
        models.CharField(max_length=20, choices=Temperament.choices), default=list, blank=True
    )
    play_styles = ArrayField(
        models.CharField(max_length=20, choices=PlayStyle.choices), default=list, blank=True
    )
    neutered = models.BooleanField(null=True, blank=True)
    good_with_small_dogs = models.BooleanField(null=True, blank=True)
    good_with_children = models.BooleanField(null=True, blank=True)

    # Cell centres only (profiles.cells). Others see `previous_location` until `location_shows_at`;
    # since when they do is kept, or a deck could tell that there is another move on its way.
    location = PointField(geography=True, null=True, blank=True)
    previous_location = PointField(geography=True, null=True, blank=True)
    previous_shows_at = models.DateTimeField(null=True, blank=True)
    location_shows_at = models.DateTimeField(null=True, blank=True)
    location_removed_at = models.DateTimeField(null=True, blank=True)
    # Marks of cells that others saw it in, by a key: coming back, it is seen in the same one again.
    seen_cells = ArrayField(models.BigIntegerField(), null=True, blank=True, editable=False)

    # Those that others see; a photo that is held does not count.
    photo_count = models.PositiveSmallIntegerField(default=0, editable=False)
    # Others see an empty bio while it is set.
    bio_held_at = models.DateTimeField(null=True, blank=True)
    verified_until = models.DateTimeField(
        null=True, blank=True, help_text="The badge's end; it lapses by itself."
    )
    paused_at = models.DateTimeField(null=True, blank=True)
    last_active_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    is_complete = models.GeneratedField(
        expression=Q(photo_count__gte=MIN_PHOTOS) & Q(location__isnull=False),  # type: ignore[arg-type]
        output_field=models.BooleanField(),
        db_persist=True,
    )

    objects = ProfileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(photo_count__lte=MAX_PHOTOS), name="profile_at_most_six_photos"
            ),
            models.CheckConstraint(
                condition=Q(activity_level__in=ActivityLevel.values), name="profile_activity_level"
            ),
            models.CheckConstraint(
                condition=Q(sex=None) | Q(sex__in=Sex.values), name="profile_sex"
            ),
            models.CheckConstraint(
                condition=Q(size=None) | Q(size__in=Size.values), name="profile_size"
            ),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="profile_has_a_name"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("bio"), MAX_BIO), name="profile_bio_length"
            ),
            models.CheckConstraint(
                condition=Q(temperament__contained_by=Temperament.values),
                name="profile_temperament_known",
            ),
            models.CheckConstraint(
                condition=Q(play_styles__contained_by=PlayStyle.values),
                name="profile_play_styles_known",
            ),
            models.CheckConstraint(
                condition=on_the_globe("location"), name="profile_location_on_the_globe"
            ),
            models.CheckConstraint(
                condition=on_the_globe("previous_location"),
                name="profile_previous_location_on_the_globe",
            ),
            models.CheckConstraint(
                condition=Q(location=None, previous_location=None, location_shows_at=None)
                | Q(location__isnull=False, location_shows_at__isnull=False),
                name="profile_location_has_its_time",
            ),
        ]
        # Staff type the beginning of a name.
        indexes = [
            models.Index(OpClass(Upper("name"), name="text_pattern_ops"), name="profile_by_name")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def age(self) -> int:
        """Completed years, today."""
        return age_on(self.birth_date, timezone.localdate())

    @property
    def is_paused(self) -> bool:
        """Whether the owner left the deck for a while."""
        return self.paused_at is not None

    @property
    def is_bio_held(self) -> bool:
        """Whether others see an empty bio."""
        return self.bio_held_at is not None

    @property
    def shown_bio(self) -> str:
        """The bio that others see."""
        return "" if self.bio_held_at else self.bio

    @property
    def shown_photos(self) -> list[Photo]:
        """The photos that others see, in their order."""
        return [photo for photo in self.photos.all() if not photo.is_held]

    @property
    def shown_prompts(self) -> list[Prompt]:
        """The prompts that others see, in their order."""
        return [prompt for prompt in self.prompts.all() if not prompt.is_held]

    @property
    def is_verified(self) -> bool:
        """Whether the badge is there and has not lapsed."""
        return self.verified_until is not None and self.verified_until > timezone.now()

    @property
    def missing(self) -> list[str]:
        """What stands between this profile and the deck."""
        lacks = {"photos": self.photo_count < MIN_PHOTOS, "location": self.location is None}
        return [name for name, is_missing in lacks.items() if is_missing]

    def location_shown_at(self, moment: datetime.datetime) -> Point | None:
        """The place that others see: the current one, once its delay is over."""
        if self.location_shows_at and self.location_shows_at > moment:
            return self.previous_location
        return self.location


class LocationMove(UUIDModel):
    """That somebody moved, and when; never from where or to where."""

    profile = models.ForeignKey(
        Profile, on_delete=models.CASCADE, related_name="moves", db_index=False
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["profile", "created_at"], name="move_of_profile_by_time")]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M}"
