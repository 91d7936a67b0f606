"""Where two who match could meet: playgrounds that are fair to both.

Whoever moves about and asks again learns how far the places are from a point of the other's: so that point
is the centre of the cell that others see them in, and nothing here knows of any other.
"""

import hashlib
import hmac

from django.conf import settings
from django.contrib.gis.geos import Point
from django.contrib.gis.measure import D
from django.db.models import BigIntegerField, F, FloatField, Func, TextField, Value
from django.db.models.functions import Abs, Cast, Concat, Greatest
from django.utils import timezone
from geographiclib.geodesic import Geodesic

from matching.models import Match
from playgrounds.models import Playground, PlaygroundQuerySet
from profiles.models import Profile
from pupmatch.lib.geo import Metres
from pupmatch.lib.problems import Problem

# Beyond, hardly anybody would go; and in a dense city it bounds how many are compared.
AROUND_HALFWAY_M = 25_000
FAIREST_FIRST = ("longer_m", "difference_m", "tie", "id")


class NoLocation(Problem):
    """One of the two has no place, or none yet that the other may know of."""

    default_code = "no_location"
    default_detail = "Both of you need a place first."


class KeyedTie(Func):
    """The keyed hash that breaks ties: any order that means something would tell something."""

    template = "('x' || left(md5(%(expressions)s), 15))::bit(60)::bigint"
    output_field = BigIntegerField()


def meeting_points(match: Match, viewer: Profile) -> PlaygroundQuerySet:
    """Playgrounds around the point halfway between the two, each with how far it is for either.

    `own_m` and `other_m` are the ways, `longer_m` is the longer one and `difference_m` what it is longer
    by; to be ordered by FAIREST_FIRST. Raises NoLocation.
    """
    here, there = viewer.location, match.other(viewer).location_shown_at(timezone.now())
    if here is None or there is None:
        raise NoLocation
    return (
        Playground.objects.for_viewer(viewer.user)
        .filter(location__dwithin=(halfway(here, there), D(m=AROUND_HALFWAY_M)))
        .annotate(own_m=Metres("location", here), other_m=Metres("location", there))
        .annotate(
            longer_m=Greatest("own_m", "other_m"),
            difference_m=Abs(F("own_m") - F("other_m"), output_field=FloatField()),
            tie=KeyedTie(Concat(Value(_salt(match)), Cast("pk", TextField()))),
        )
    )


def halfway(a: Point, b: Point) -> Point:
    """The middle of the shortest way between two points."""
    line = Geodesic.WGS84.InverseLine(a.y, a.x, b.y, b.x)
    middle = line.Position(line.s13 / 2)
    return Point(middle["lon2"], middle["lat2"], srid=4326)


def _salt(match: Match) -> str:
    # One for both, so that they read the same list.
    return hmac.new(settings.SECRET_KEY.encode(), match.pk.bytes, hashlib.sha256).hexdigest()
