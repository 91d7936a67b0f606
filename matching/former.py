"""Passes outlive the dogs: kept by account for a while, and made anew with the next dog.

By hand, because somebody may have passed on ten thousand dogs.
"""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from matching.models import FormerPass
from profiles.models import Profile

KEPT_FOR = timedelta(days=90)

KEEP = """
INSERT INTO matching_formerpass (id, passer_id, passed_id, created_at, is_unmatch, forgotten_at)
SELECT pass.id, passer.user_id, passed.user_id, pass.created_at, pass.is_unmatch, %(forgotten_at)s
FROM matching_pass pass
JOIN profiles_profile passer ON passer.id = pass.passer_id
JOIN profiles_profile passed ON passed.id = pass.passed_id
WHERE pass.passer_id = %(profile)s OR pass.passed_id = %(profile)s
ON CONFLICT (passer_id, passed_id) DO UPDATE SET forgotten_at = excluded.forgotten_at
"""
# Who removes a dog meanwhile keeps its passes under this lock: those made here, or none.
LOCK_DOGS = """
SELECT FROM profiles_profile
WHERE user_id IN (SELECT passed_id FROM matching_formerpass WHERE passer_id = %(user)s
                  UNION ALL
                  SELECT passer_id FROM matching_formerpass WHERE passed_id = %(user)s)
ORDER BY id FOR NO KEY UPDATE
"""
# Two who come back at once: the second waits here, and then sees the first one's dog. After the dogs,
# as an erasure takes them.
LOCK_ROWS = """
SELECT FROM matching_formerpass
WHERE passer_id = %(user)s OR passed_id = %(user)s ORDER BY id FOR UPDATE
"""
GIVE_BACK = """
WITH back AS (
    DELETE FROM matching_formerpass former USING profiles_profile passer, profiles_profile passed
    WHERE (former.passer_id = %(user)s OR former.passed_id = %(user)s)
        AND passer.user_id = former.passer_id AND passed.user_id = former.passed_id
    RETURNING
        former.id, passer.id AS passer_id, passed.id AS passed_id,
        former.created_at, former.is_unmatch
)
INSERT INTO matching_pass (id, passer_id, passed_id, created_at, is_unmatch)
SELECT id, passer_id, passed_id, created_at, is_unmatch FROM back
"""


def keep_passes(profile: Profile) -> None:
    """Keep whom the dog's owner passed on, and who passed on the dog.

    The caller holds the profile's lock and deletes it next.
    """
    forgotten_at = timezone.now() + KEPT_FOR
    with connection.cursor() as cursor:
        cursor.execute(KEEP, {"profile": profile.pk, "forgotten_at": forgotten_at})


def give_passes_back(profile: Profile) -> None:
    """Have the account's new dog seen by the passes of its last one, in the caller's transaction.

    Those whose other side has no dog now wait for theirs.
    """
    user = {"user": profile.user_id}
    with connection.cursor() as cursor:
        for statement in (LOCK_DOGS, LOCK_ROWS, LOCK_DOGS, GIVE_BACK):
            cursor.execute(statement, user)


def forget_former_passes() -> int:
    """Remove those whose time is over, and say how many."""
    return FormerPass.objects.filter(forgotten_at__lte=timezone.now()).delete()[0]
