"""Places to meet, and who likes which."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.gis.db.models import PointField
from django.contrib.gis.geos import Point
from django.contrib.gis.measure import D
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Concat, Lower
from django.utils import timezone

from pupmatch.lib.geo import AsGeometry, InBox, Metres, on_the_globe
from pupmatch.lib.ids import UUIDModel

if TYPE_CHECKING:
    from accounts.models import User


class Feature(models.TextChoices):
    """What a playground offers."""

    FENCED = "fenced"
    OFF_LEASH = "off_leash"
    WATER = "water", "drinking water"
    SHADE = "shade"
    BENCHES = "benches"
    LIGHTS = "lights"
    AGILITY = "agility", "agility course"
    SMALL_DOG_AREA = "small_dog_area"
    SWIMMING = "swimming"
    WASTE_BAGS = "waste_bags"
    PARKING = "parking"
    ACCESSIBLE = "accessible", "step-free"


class PlaygroundQuerySet(models.QuerySet["Playground"]):
    """Places, by where they are and what they are called."""

    def within(self, point: Point, radius_m: float) -> "PlaygroundQuerySet":
        """Those within `radius_m` of `point` (geodesic), each with its `distance_m`."""
        return self.filter(location__dwithin=(point, D(m=radius_m))).annotate(
            distance_m=Metres("location", point)
        )

    def for_viewer(self, user: "User") -> "PlaygroundQuerySet":
        """Each with `is_favorite` for this person."""
        mine = Favorite.objects.filter(user=user, playground=OuterRef("pk"))
        return self.annotate(is_favorite=Exists(mine))

    def in_box(self, *, west: float, south: float, east: float, north: float) -> "PlaygroundQuerySet":
        """Those inside a map's window; `west` > `east` crosses the antimeridian."""
        spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
        inside = Q()
        for left, right in spans:
            inside |= Q(InBox("location", left, south, right, north))
        return self.filter(inside)

    def matching(self, text: str) -> "PlaygroundQuerySet":
        """Those whose name or place sounds like `text`, typing errors forgiven, with a `rank`."""
        return self.filter(
            Q(search_text__trigram_word_similar=text.lower()) | Q(search_text__contains=text.lower())
        ).annotate(rank=TrigramWordSimilarity(text.lower(), "search_text"))


class Playground(UUIDModel):
    """A place where dogs meet: added by a person, or imported from an open data set."""

    name = models.CharField(max_length=200)
    description = models.TextField(max_length=2000, blank=True)
    place = models.CharField(
        max_length=200, blank=True, help_text="Street, park, borough or town, to find it by."
    )
    location = PointField(geography=True)
    features = ArrayField(models.CharField(max_length=20, choices=Feature.choices), default=list, blank=True)
    source = models.CharField(
        max_length=60, blank=True, help_text="The data set it came from; empty when a person added it."
    )
    source_id = models.CharField(max_length=200, blank=True)
    attribution = models.CharField(
        max_length=300, blank=True, help_text="The credit that its licence asks for."
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="playgrounds_added",
    )
    favorites_count = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    search_text = models.GeneratedField(
        expression=Lower(Concat("name", Value(" "), "place")),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = PlaygroundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=on_the_globe("location"), name="playground_on_the_globe"
            ),
            models.UniqueConstraint(
                fields=["source", "source_id"],
                condition=~Q(source=""),
                name="playground_once_per_source",
            ),
            models.CheckConstraint(
                condition=Q(source="", source_id="") | ~Q(source="") & ~Q(source_id=""),
                name="playground_source_has_id",
            ),
        ]
        indexes = [
            GistIndex(AsGeometry("location"), name="playground_on_the_map"),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="playground_by_text"),
        ]

    def __str__(self) -> str:
        return self.name


class Favorite(UUIDModel):
    """Somebody's playground to come back to."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="favorites",
        db_index=False,
    )
    playground = models.ForeignKey(Playground, on_delete=models.CASCADE, related_name="favorites")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "playground"], name="favorite_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} likes {self.playground_id}"
