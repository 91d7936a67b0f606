"""The narrow table that decks are made from: whether it says what profiles say, and mending it.

Triggers keep it. This finds what somebody wrote behind their back.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from matching.models import Deck
from profiles.models import Profile

COLUMNS = (
    "profile_id, is_current, place_id, shows_from, shows_until, activity_level, active_on,"
    " birth_date, min_age, max_age"
)
WRONG = f"""
WITH source AS (
    SELECT {COLUMNS} FROM matching_candidate_source
    WHERE profile_id > %(after)s AND (%(until)s::uuid IS NULL OR profile_id <= %(until)s)
), kept AS (
    SELECT {COLUMNS} FROM matching_candidate
    WHERE profile_id > %(after)s AND (%(until)s::uuid IS NULL OR profile_id <= %(until)s)
)
SELECT DISTINCT profile_id FROM (
    (TABLE source EXCEPT TABLE kept) UNION ALL (TABLE kept EXCEPT TABLE source)
) row
"""  # noqa: S608 # nosec (no input)
# Of so many profiles at once, so that no statement takes long.
BATCH = 5000
KEPT_FOR = timedelta(days=1)


def wrong() -> Iterator[UUID]:
    """Whose rows differ from what their profile says."""
    after = UUID(int=0)
    while True:
        following = Profile.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)
        until = following[BATCH - 1 : BATCH].first()
        with connection.cursor() as cursor:
            cursor.execute(WRONG, {"after": after, "until": until})
            found = cursor.fetchall()
        yield from (profile_id for (profile_id,) in found)
        if until is None:
            return
        after = until


def check(*, repair: bool) -> Counter[str]:
    """How many profiles have wrong rows."""
    number = 0
    for profile_id in wrong():
        number += 1
        if repair:
            _refresh(profile_id)
    return Counter({"matching_candidate": number} if number else {})


def forget_old_decks() -> None:
    """Remove decks that nobody has asked for since yesterday: they name dogs that may be gone."""
    old = Deck.objects.filter(as_of__lt=timezone.now() - KEPT_FOR)
    while Deck.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:BATCH])).delete()[0]:
        pass


@transaction.atomic
def _refresh(profile_id: UUID) -> None:
    Profile.objects.filter(pk=profile_id).select_for_update(no_key=True).first()
    with connection.cursor() as cursor:
        cursor.execute("SELECT matching_refresh_candidate(%s)", [profile_id])
