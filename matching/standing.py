"""How two people stand to each other: asked once, under the lock of both.

By hand, because every like and pass begins with it: with the pair given, each fact is one step down
an index, however much either of them has decided.
"""

from typing import NamedTuple
from uuid import UUID

from accounts.refusals import MAY_WRITE
from profiles.models import Profile
from pupmatch.lib.prepared import prepared
from pupmatch.lib.problems import NotFound

LOCK = """
SELECT id, is_complete AND paused_at IS NULL FROM profiles_profile
WHERE id IN (%(me)s, %(other)s) ORDER BY id FOR NO KEY UPDATE
"""
STAND = f"""
SELECT
    (SELECT is_active FROM accounts_user WHERE id = %(their_user)s)
        AND NOT EXISTS (SELECT FROM accounts_block
                        WHERE blocker_id = %(my_user)s AND blocked_id = %(their_user)s)
        AND NOT EXISTS (SELECT FROM accounts_block
                        WHERE blocker_id = %(their_user)s AND blocked_id = %(my_user)s),
    (SELECT id FROM matching_like WHERE liker_id = %(me)s AND liked_id = %(other)s),
    (SELECT id FROM matching_like WHERE liker_id = %(other)s AND liked_id = %(me)s),
    EXISTS (SELECT FROM matching_pass WHERE passer_id = %(me)s AND passed_id = %(other)s),
    EXISTS (SELECT FROM matching_pass WHERE passer_id = %(other)s AND passed_id = %(me)s),
    EXISTS (SELECT FROM matching_pass
            WHERE passer_id = %(other)s AND passed_id = %(me)s AND is_unmatch),
    (SELECT {MAY_WRITE} FROM accounts_user WHERE id = %(my_user)s)
"""  # noqa: S608 # nosec (no input)
MATCH = """
SELECT id FROM matching_match WHERE low_id = %(low)s AND high_id = %(high)s AND ended_at IS NULL
"""


class WaitingLike(NamedTuple):
    """A like that was neither returned nor passed on, and the account that it waits for."""

    id: UUID
    liker_id: UUID
    waits_for: UUID


class Standing(NamedTuple):
    """What `me` and `other` have decided about each other."""

    me: Profile
    other: Profile
    is_listed: bool
    # With a working account, and no block in either direction.
    is_there: bool
    like_id: UUID | None
    returned_id: UUID | None
    has_passed: bool
    was_passed: bool
    # By a pass that ended their match.
    was_left: bool
    # Whether `me` is neither limited nor barred.
    may_like: bool
    match_id: UUID | None = None

    @property
    def can_reach(self) -> bool:
        """Whether `other` exists for `me`; `matching.visibility.reachable` asks it of everybody."""
        is_shown = self.is_listed or self.match_id is not None
        return self.is_there and is_shown and not self.was_left

    def waiting(self) -> set[WaitingLike]:
        """The likes between the two that wait for an answer."""
        waiting = set()
        if self.like_id and not (self.returned_id or self.was_passed):
            waiting.add(WaitingLike(self.like_id, self.me.pk, self.other.user_id))
        if self.returned_id and not (self.like_id or self.has_passed):
            waiting.add(WaitingLike(self.returned_id, self.other.pk, self.me.user_id))
        return waiting


def lock_pair(me: Profile, other: Profile) -> Standing:
    """Lock both profiles, always in the same order, until the transaction ends; says how they stand.

    The lock is a statement of its own: crossing likes queue there, and whoever comes second then
    sees what the first one wrote. Raises NotFound when one of them is gone.
    """
    people = {"me": me.pk, "other": other.pk, "my_user": me.user_id, "their_user": other.user_id}
    with prepared() as cursor:
        cursor.execute(LOCK, people)
        is_listed = dict(cursor.fetchall())
        if len(is_listed) < 2:
            raise NotFound
        cursor.execute(STAND, people)
        found = Standing(me, other, is_listed[other.pk], *cursor.fetchone())
        # A match that lasts has both likes behind it: without them nobody looks for one.
        if found.like_id is None or found.returned_id is None:
            return found
        low, high = sorted((me.pk, other.pk))
        cursor.execute(MATCH, {"low": low, "high": high})
        [match_id] = cursor.fetchone() or [None]
        return found._replace(match_id=match_id)
