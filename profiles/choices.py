"""What an owner may choose from."""

from django.db import models

from pupmatch.lib.geo import METRES_PER_MILE


class ActivityLevel(models.IntegerChoices):
    """How much a dog wants to move, in order."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2


class Sex(models.TextChoices):
    """The dog's sex."""

    FEMALE = "female"
    MALE = "male"


class Size(models.TextChoices):
    """The dog's size, from lap dog to Great Dane."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"
    GIANT = "giant"


class Temperament(models.TextChoices):
    """What the dog is like."""

    CALM = "calm"
    FRIENDLY = "friendly"
    SHY = "shy"
    CONFIDENT = "confident"
    CURIOUS = "curious"
    GENTLE = "gentle"
    PLAYFUL = "playful"
    INDEPENDENT = "independent"
    PROTECTIVE = "protective"
    VOCAL = "vocal"
    SENSITIVE = "sensitive"
    GOOFY = "goofy"


class PlayStyle(models.TextChoices):
    """What the dog likes to do with others."""

    CHASE = "chase"
    FETCH = "fetch"
    WRESTLE = "wrestle"
    TUG = "tug"
    SWIM = "swim"
    DIG = "dig"
    SNIFF_WALKS = "sniff_walks", "sniffing walks"
    RUN = "run", "running together"
    PARALLEL = "parallel", "walking side by side"
    PUPPY_PLAY = "puppy_play", "gentle puppy play"


class DistanceUnit(models.TextChoices):
    """How distances are spoken of."""

    MILES = "miles"
    KILOMETERS = "kilometers"

    @property
    def metres(self) -> float:
        """One of this unit in metres."""
        return METRES_PER_MILE if self is DistanceUnit.MILES else 1000.0
