"""Ages in whole years, from birth dates, which do not go stale."""

import datetime
from typing import NamedTuple

from dateutil.relativedelta import relativedelta
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

# The preferences' scale ends here and is open: 20 means "20 and older".
OLDEST_ON_SCALE = 20
# The oldest dog on record reached 29 to 31 years; anything beyond is a slip of the finger.
OLDEST_PLAUSIBLE = 30


def age_on(birth_date: datetime.date, day: datetime.date) -> int:
    """Completed years; a dog born on 29 February has its birthday on 28 February in between."""
    return relativedelta(day, birth_date).years


def birth_date_for(age: int, day: datetime.date) -> datetime.date:
    """A birth date for somebody who knows the age alone: the dog turned `age` today."""
    return day - relativedelta(years=age)


def plausible_birth_date(born: datetime.date) -> None:
    """Refuses a birth date in the future, or of a dog older than any on record."""
    today = timezone.localdate()
    if born > today:
        raise ValidationError("This lies in the future.", code="future")
    if age_on(born, today) > OLDEST_PLAUSIBLE:
        raise ValidationError(f"No dog is older than {OLDEST_PLAUSIBLE} years.", code="too_old")


class BirthDates(NamedTuple):
    """Birth dates later than `after`, if that is a date, and up to `until`."""

    after: datetime.date | None
    until: datetime.date


def birth_dates(at_least: int, at_most: int, *, on: datetime.date) -> BirthDates:
    """Birth dates of those who are `at_least` to `at_most` years old on that day."""
    is_open = at_most >= OLDEST_ON_SCALE
    after = None if is_open else _latest_birth_date(at_most + 1, on)
    return BirthDates(after, _latest_birth_date(at_least, on))


def born_between(at_least: int, at_most: int, *, on: datetime.date) -> Q:
    """The same as a condition."""
    dates = birth_dates(at_least, at_most, on=on)
    condition = Q(birth_date__lte=dates.until)
    return condition & Q(birth_date__gt=dates.after) if dates.after else condition


def _latest_birth_date(age: int, day: datetime.date) -> datetime.date:
    """The last birth date with which somebody is `age` years old on that day."""
    born = birth_date_for(age, day)
    # On 28 February, those of the 29th have their birthday, too.
    leapling = born + datetime.timedelta(days=1)
    return leapling if age and age_on(leapling, day) == age else born
