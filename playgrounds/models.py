"""Places to meet, who likes which, and what they think of them."""

from django.conf import settings
from django.contrib.gis.db.models import PointField
from django.contrib.gis.geos import Point
from django.contrib.gis.measure import D
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity
from django.db import models
from django.db.models import Count, Exists, F, FloatField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat, Length, Lower
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone

from accounts.models import Block, User
from pupmatch.lib.documents import Param
from pupmatch.lib.geo import AsGeometry, InBox, Metres, on_the_globe, rounded
from pupmatch.lib.ids import UUIDModel
from pupmatch.lib.text import on_one_line, shows_something

MAX_NAME = 200
MAX_DESCRIPTION = 2000
MAX_SOURCE = 60
MAX_SOURCE_ID = 200
MAX_ATTRIBUTION = 300
MAX_FAVORITES = 100
MAX_REVIEW = 1000
STARS = (1, 5)
# LIKE with fewer letters has no trigram to start at, so it would read the whole index.
LETTERS_TO_LOOK_INSIDE_WORDS = 3


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

    def within(self, point: Point | Param, radius_m: float | Param) -> "PlaygroundQuerySet":
        """Those within `radius_m` of `point` (geodesic), each with its `distance_m`."""
        radius = radius_m if isinstance(radius_m, Param) else D(m=radius_m)
        return self.filter(location__dwithin=(point, radius)).annotate(
            distance_m=Metres("location", point)
        )

    def in_box(
        self, *, west: float, south: float, east: float, north: float
    ) -> "PlaygroundQuerySet":
        """Those inside a map's window (degrees), its edges included.

        `west` > `east` crosses the antimeridian, which is 180° and -180° alike.
        """
        spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
        if west <= east == 180:
            spans.append((-180.0, -180.0))
        if -180 == west <= east:
            spans.append((180.0, 180.0))
        inside = Q()
        for left, right in spans:
            inside |= Q(InBox("location", left, south, right, north))
        return self.filter(inside)

    def matching(self, text: str) -> "PlaygroundQuerySet":
        """Those whose name or place sounds like `text`, with a `rank`: greater is closer.

        How much is forgiven is the session's `pg_trgm.word_similarity_threshold`; see
        `playgrounds.search.forgiving_typos`.
        """
        found = Q(search_text__trigram_word_similar=text)
        if len(text) >= LETTERS_TO_LOOK_INSIDE_WORDS:
            found |= Q(search_text__contains=Lower(Value(text)))
        # pg_trgm answers in single precision; a cursor must get back the very number it gave out.
        said = Cast(TrigramWordSimilarity(text, "search_text"), FloatField())
        named = Cast(TrigramSimilarity("name", text), FloatField())
        return self.filter(found).annotate(rank=said + named / 2)

    def shown_to(self, user: User | Param) -> "PlaygroundQuerySet":
        """Those that `user` may find: what is held, only whoever added it."""
        return self.filter(Q(held_at=None) | Q(created_by=user))

    def for_viewer(self, user: User | Param) -> "PlaygroundQuerySet":
        """Each as `PlaygroundSerializer` shows it to `user`: `is_favorite`, `favorites_count`."""
        here = Favorite.objects.filter(playground=OuterRef("pk"))
        counted = here.order_by().values("playground").annotate(number=Count("*")).values("number")
        return self.shown_to(user).annotate(
            is_favorite=Exists(here.filter(user=user)),
            favorites_count=Coalesce(Subquery(counted), 0),
        )

    def favorites_of(self, user: User) -> "PlaygroundQuerySet":
        """The favourites of `user`, each with when it became one: `favorited_at`."""
        return self.filter(favorites__user=user).annotate(favorited_at=F("favorites__created_at"))


class Playground(UUIDModel):
    """A place where dogs meet: added by a person, or imported from an open data set."""

    name = models.CharField(max_length=MAX_NAME, validators=[shows_something, on_one_line])
    description = models.TextField(max_length=MAX_DESCRIPTION, blank=True)
    place = models.CharField(
        max_length=MAX_NAME, blank=True, help_text="Street, park, borough or town, to find it by."
    )
    location = PointField(geography=True)
    features = ArrayField(
        models.CharField(max_length=20, choices=Feature.choices), default=list, blank=True
    )
    source = models.CharField(
        max_length=MAX_SOURCE,
        blank=True,
        help_text="The data set it came from; empty when a person added it.",
    )
    source_id = models.CharField(
        max_length=MAX_SOURCE_ID,
        blank=True,
        help_text="What the data set calls it, to import it again by.",
    )
    attribution = models.CharField(
        max_length=MAX_ATTRIBUTION, blank=True, help_text="The credit that its licence asks for."
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="playgrounds_added",
    )
    held_at = models.DateTimeField(
        null=True, blank=True, help_text="While it is set, only whoever added it finds the place."
    )
    # Of the reviews that are shown, whoever looks; triggers keep both.
    reviews_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    stars_total = models.PositiveIntegerField(default=0, db_default=0, editable=False)
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
            models.CheckConstraint(condition=Q(name__regex="[^ ]"), name="playground_has_a_name"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("description"), MAX_DESCRIPTION),
                name="playground_description_length",
            ),
            models.CheckConstraint(
                condition=Q(features__contained_by=Feature.values),
                name="playground_features_known",
            ),
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
            models.CheckConstraint(
                condition=Q(source="") | Q(created_by=None),
                name="playground_added_or_imported",
            ),
            models.CheckConstraint(
                condition=Q(stars_total__gte=F("reviews_count") * STARS[0])
                & Q(stars_total__lte=F("reviews_count") * STARS[1]),
                name="playground_stars_of_reviews",
            ),
        ]
        indexes = [
            GistIndex(AsGeometry("location"), name="playground_on_the_map"),
            # Read far more than written: no list of pending rows that every search has to read.
            GinIndex(
                OpClass("search_text", name="gin_trgm_ops"),
                name="playground_by_text",
                fastupdate=False,
            ),
            models.Index(fields=["-id"], condition=~Q(held_at=None), name="playground_held"),
        ]

    def __str__(self) -> str:
        return self.name

    def belongs_to(self, user: User) -> bool:
        """Whether `user` added it; what was imported is nobody's."""
        return self.created_by_id == user.pk

    @property
    def is_held(self) -> bool:
        """Whether only whoever added it finds it."""
        return self.held_at is not None

    @property
    def stars(self) -> float | None:
        """The mean of the reviews that are shown, to one decimal; None without any."""
        return rounded(self.stars_total / self.reviews_count, 1) if self.reviews_count else None


class Favorite(UUIDModel):
    """Somebody's playground to come back to; nobody has more than MAX_FAVORITES."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="favorites",
        db_index=False,  # the unique constraint starts with it
    )
    playground = models.ForeignKey(Playground, on_delete=models.CASCADE, related_name="favorites")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "playground"], name="favorite_once")]

    def __str__(self) -> str:
        return f"{self.user_id} likes {self.playground_id}"


class ReviewQuerySet(models.QuerySet["Review"]):
    """Reviews, by who may see them."""

    def shown_to(self, user: User) -> "ReviewQuerySet":
        """Neither held, nor of people out of use, nor with a block in either direction."""
        shown = self.filter(held_at=None, user__is_active=True)
        return shown.exclude(user__in=Block.objects.around(user))


class Review(UUIDModel):
    """What a person thinks of a place; one each."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="reviews",
        db_index=False,  # the unique constraint starts with it
    )
    playground = models.ForeignKey(
        Playground, on_delete=models.CASCADE, related_name="reviews", db_index=False
    )
    stars = models.PositiveSmallIntegerField()
    text = models.TextField(max_length=MAX_REVIEW, blank=True)
    held_at = models.DateTimeField(
        null=True, blank=True, help_text="While it is set, its author alone sees the review."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "playground"], name="review_once"),
            models.CheckConstraint(condition=Q(stars__range=STARS), name="review_stars"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("text"), MAX_REVIEW), name="review_text_length"
            ),
        ]
        indexes = [
            models.Index(fields=["playground", "-id"], name="reviews_of_playground"),
            models.Index(fields=["-id"], condition=~Q(held_at=None), name="review_held"),
        ]

    def __str__(self) -> str:
        return f"{self.stars} of {STARS[1]} stars"

    @property
    def is_held(self) -> bool:
        """Whether its author alone sees it."""
        return self.held_at is not None
