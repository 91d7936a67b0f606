"""The narrow table that decks are made from: whether it says what profiles say, and mending it.

Triggers keep it. This finds what somebody wrote behind their back.
"""

from collections import Counter
from uuid import UUID

from django.db import connection, transaction

from matching.models import Deck
from profiles.models import Profile

COLUMNS = (
    "profile_id, is_current, place_id, shows_from, shows_until, activity_level, active_on,"
    " birth_date, min_age, max_age"
)
WRONG = f"""
SELECT profile_id FROM (
    (SELECT {COLUMNS} FROM matching_candidate_source EXCEPT SELECT {COLUMNS} FROM matching_candidate)
    UNION ALL
    (SELECT {COLUMNS} FROM matching_candidate EXCEPT SELECT {COLUMNS} FROM matching_candidate_source)
) row GROUP BY profile_id
"""  # noqa: S608 (no input)


def wrong() -> list[UUID]:
    """Whose rows differ from what their profile says. Reads everything once: seconds for a million."""
    with connection.cursor() as cursor:
        cursor.execute(WRONG)
        return [profile_id for (profile_id,) in cursor.fetchall()]


def check(*, repair: bool) -> Counter[str]:
    """How many profiles have wrong rows, and how many decks are nobody's."""
    found = wrong()
    # Kept for somebody while their profile was going.
    orphans = Deck.objects.exclude(viewer__in=Profile.objects.all())
    counted = {"matching_candidate": len(found), "matching_deck": orphans.count()}
    if repair:
        for profile_id in found:
            _refresh(profile_id)
        orphans.delete()
    return Counter({name: number for name, number in counted.items() if number})


@transaction.atomic
def _refresh(profile_id: UUID) -> None:
    Profile.objects.filter(pk=profile_id).select_for_update(no_key=True).first()
    with connection.cursor() as cursor:
        cursor.execute("SELECT matching_refresh_candidate(%s)", [profile_id])
