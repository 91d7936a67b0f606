"""Who likes whom, who passed on whom, who found each other, and what a deck is made from."""

import datetime

from django.contrib.gis.db.models import PointField
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from messaging.models import Conversation
from profiles.models import Profile
from pupmatch.lib.ids import UUIDModel


class LikeQuerySet(models.QuerySet["Like"]):
    """Likes, by who waits for an answer."""

    def waiting(self) -> "LikeQuerySet":
        """Those that were neither returned nor passed on."""
        returned = Like.objects.filter(liker=OuterRef("liked"), liked=OuterRef("liker"))
        passed = Pass.objects.filter(passer=OuterRef("liked"), passed=OuterRef("liker"))
        return self.filter(~Exists(returned), ~Exists(passed))

    def waiting_for(self, profile: Profile) -> "LikeQuerySet":
        """Those that this profile received and has not answered."""
        return self.filter(liked=profile).waiting()


class Like(UUIDModel):
    """`liker` would like to meet `liked`."""

    liker = models.ForeignKey(
        Profile, on_delete=models.CASCADE, related_name="likes_given", db_index=False
    )
    liked = models.ForeignKey(
        Profile, on_delete=models.CASCADE, related_name="likes_received", db_index=False
    )
    comment = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = LikeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["liker", "liked"], name="like_once"),
            models.CheckConstraint(condition=~Q(liker=F("liked")), name="like_not_oneself"),
        ]
        indexes = [
            models.Index(fields=["liked", "-created_at", "-id"], name="likes_received_newest"),
            models.Index(fields=["liker", "-created_at", "-id"], name="likes_given_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.liker_id} likes {self.liked_id}"


class Pass(UUIDModel):
    """`passer` would rather not meet `passed`."""

    passer = models.ForeignKey(
        Profile, on_delete=models.CASCADE, related_name="passes_given", db_index=False
    )
    passed = models.ForeignKey(
        Profile, on_delete=models.CASCADE, related_name="passes_received", db_index=False
    )
    created_at = models.DateTimeField(default=timezone.now)
    is_unmatch = models.BooleanField(default=False, db_default=False, help_text="Ended a match.")

    class Meta:
        verbose_name_plural = "passes"
        constraints = [
            models.UniqueConstraint(fields=["passer", "passed"], name="pass_once"),
            models.CheckConstraint(condition=~Q(passer=F("passed")), name="pass_not_oneself"),
        ]
        indexes = [
            models.Index(fields=["passer", "-created_at", "-id"], name="passes_given_newest"),
            models.Index(fields=["passed", "passer"], name="passes_received"),
        ]

    def __str__(self) -> str:
        return f"{self.passer_id} passes on {self.passed_id}"


class FormerPass(UUIDModel):
    """A pass whose dogs are not both there: `passer` or `passed` removed theirs, and has the account.

    It is a pass again, with the same id, once both have a dog: nobody comes back into the deck of who
    passed on them by making a profile anew. `matching.former` moves them to and fro.
    """

    passer = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    passed = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    created_at = models.DateTimeField(help_text="When it was made.")
    is_unmatch = models.BooleanField(default=False, db_default=False, help_text="Ended a match.")
    forgotten_at = models.DateTimeField(help_text="When it goes, if no dog has come back.")

    class Meta:
        verbose_name_plural = "former passes"
        constraints = [
            models.UniqueConstraint(fields=["passer", "passed"], name="former_pass_once")
        ]
        indexes = [
            models.Index(fields=["passed", "passer"], name="former_passes_received"),
            models.Index(fields=["forgotten_at"], name="former_pass_by_its_end"),
        ]

    def __str__(self) -> str:
        return f"{self.passer_id} passed on {self.passed_id}"


class MatchQuerySet(models.QuerySet["Match"]):
    """Matches, by who is in them and whether they last."""

    def active(self) -> "MatchQuerySet":
        """Those that nobody ended."""
        return self.filter(ended_at=None)

    def of(self, profile: Profile) -> "MatchQuerySet":
        """Those that this profile is one side of."""
        return self.filter(Q(low=profile) | Q(high=profile))

    def of_people_in_use(self) -> "MatchQuerySet":
        """Those whose both sides can still sign in."""
        return self.filter(low__user__is_active=True, high__user__is_active=True)

    def between(self, a: Profile, b: Profile) -> "MatchQuerySet":
        """Those of this pair, in whichever order it is given."""
        low, high = sorted((a, b), key=lambda profile: profile.pk)
        return self.filter(low=low, high=high)


class Match(UUIDModel):
    """Two who like each other; `low` has the smaller id, so that a pair is one row."""

    low = models.ForeignKey(
        Profile, on_delete=models.CASCADE, related_name="matches_as_low", db_index=False
    )
    high = models.ForeignKey(
        Profile, on_delete=models.CASCADE, related_name="matches_as_high", db_index=False
    )
    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, related_name="match"
    )
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "matches"
        constraints = [
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="match_pair_ordered"),
            models.UniqueConstraint(
                fields=["low", "high"],
                condition=Q(ended_at=None),
                name="match_one_active_per_pair",
            ),
        ]
        indexes = [
            models.Index(fields=["low", "-created_at", "-id"], name="match_of_low_newest"),
            models.Index(fields=["high", "-created_at", "-id"], name="match_of_high_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.low_id} and {self.high_id}"

    def other(self, profile: Profile) -> Profile:
        """The other side, seen from `profile`."""
        return self.high if self.low_id == profile.pk else self.low


class Place(models.Model):
    """A point on which dogs live: the centre of a cell, so that they share one distance.

    Places stay when the last dog has left; they say nothing about anybody.
    """

    id = models.BigIntegerField(primary_key=True)
    point = PointField(geography=True)
    x, y, z = (models.FloatField(help_text="Earth-centred, in metres.") for _ in range(3))

    def __str__(self) -> str:
        return f"place {self.pk}"


class Candidate(models.Model):
    """Whoever is listed, at the place that others see, with what the deck asks of a dog.

    Kept by triggers on profiles, preferences and accounts (0002_candidates.sql); nothing else
    writes it. Who has moved has two rows, one for each side of the moment when others see it.
    """

    pk = models.CompositePrimaryKey("profile_id", "is_current")
    profile = models.ForeignKey(
        Profile, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    is_current = models.BooleanField()
    place = models.ForeignKey(
        Place, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    shows_from = models.DateTimeField()
    shows_until = models.DateTimeField(null=True)
    activity_level = models.PositiveSmallIntegerField()
    active_on = models.DateField()
    birth_date = models.DateField()
    min_age = models.PositiveSmallIntegerField()
    max_age = models.PositiveSmallIntegerField()
    changed_at = models.DateTimeField(help_text="When it was listed, or its age or wishes changed.")

    class Meta:
        indexes = [
            models.Index(
                fields=["place", "activity_level", "active_on"],
                include=[
                    "profile", "birth_date", "min_age", "max_age", "shows_from", "shows_until",
                ],
                name="candidate_by_bound",
            ),
            models.Index(fields=["changed_at"], name="candidate_by_change"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"candidate {self.profile_id}"


LONG_AGO = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)


class DeckQuerySet(models.QuerySet["Deck"]):
    """Decks that are kept."""

    def drop(self, *viewers: Profile) -> None:
        """Have those made anew into which somebody comes back.

        Waits for a deck that is being filled, and whoever fills one next waits for the caller's
        commit: so none is kept that was made without seeing the change.
        """
        # In one order, or two who drop the same ones could wait for each other.
        decks = [Deck(viewer_id=pk) for pk in sorted(viewer.pk for viewer in viewers)]
        Deck.objects.bulk_create(
            decks,
            update_conflicts=True,
            update_fields=["basis"],
            unique_fields=["viewer"],
        )


class Deck(models.Model):
    """The best dogs for a viewer as of a moment, in order, with the tenths of points they got.

    Kept to be read by position; whoever may not be shown any more is left out when it is read.
    """

    # Triggers remove it; a constraint would fail whoever asks while their profile is going.
    viewer = models.OneToOneField(
        Profile,
        on_delete=models.DO_NOTHING,
        primary_key=True,
        related_name="deck",
        db_constraint=False,
    )
    # The defaults make a deck that fits nothing which anybody looks for.
    as_of = models.DateTimeField(db_default=LONG_AGO)
    filled_at = models.DateTimeField(db_default=LONG_AGO, help_text="By the database's clock.")
    basis = models.CharField(
        max_length=64,
        db_default="",
        help_text="Digest of what the viewer looks for, and from where.",
    )
    after_score = models.PositiveSmallIntegerField(
        null=True, help_text="Dogs up to this one, in tenths of points, are on earlier pages."
    )
    after_tie = models.BigIntegerField(null=True)
    is_whole = models.BooleanField(db_default=False, help_text="No further dog follows.")
    refill_asked_at = models.DateTimeField(null=True)
    profile_ids = ArrayField(models.UUIDField(), db_default=[])
    ties = ArrayField(models.BigIntegerField(), db_default=[])
    distance_points = ArrayField(models.PositiveSmallIntegerField(), db_default=[])
    age_points = ArrayField(models.PositiveSmallIntegerField(), db_default=[])
    activity_points = ArrayField(models.PositiveSmallIntegerField(), db_default=[])
    recency_points = ArrayField(models.PositiveSmallIntegerField(), db_default=[])
    interest_points = ArrayField(models.PositiveSmallIntegerField(), db_default=[])

    objects = DeckQuerySet.as_manager()

    def __str__(self) -> str:
        return f"deck of {self.viewer_id}"
