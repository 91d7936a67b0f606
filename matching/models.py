"""Who likes whom, who passed on whom, and who found each other."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

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


class MatchQuerySet(models.QuerySet["Match"]):
    """Matches, by who is in them and whether they last."""

    def active(self) -> "MatchQuerySet":
        """Those that nobody ended."""
        return self.filter(ended_at=None)

    def of(self, profile: Profile) -> "MatchQuerySet":
        """Those that this profile is one side of."""
        return self.filter(Q(low=profile) | Q(high=profile))

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
