"""All that is counted and repeated in rows, of this room and those below."""

import logging
from collections import Counter

import messaging.counters
import playgrounds.counters
import profiles.counters
import verification.counters
from matching import candidates
from pupmatch.lib.counters import Counters

logger = logging.getLogger(__name__)

MATCHES = Counters(
    table="messaging_participant",
    columns=("match_id",),
    owner="messaging_conversation",
    expected="""
        SELECT talk.id AS owner_id, side.id, found.id AS match_id
        FROM messaging_conversation AS talk
        JOIN messaging_participant AS side ON side.conversation_id = talk.id
        LEFT JOIN matching_match AS found ON found.conversation_id = talk.id
        WHERE talk.id = ANY(%(ids)s)
    """,
)
COUNTERS = [
    *playgrounds.counters.COUNTERS,
    *profiles.counters.COUNTERS,
    *verification.counters.COUNTERS,
    *messaging.counters.COUNTERS,
    MATCHES,
]


def check_counters(*, repair: bool) -> Counter[str]:
    """How many rows were wrong, by `table.column` or table; says so in the log, too."""
    wrong: Counter[str] = Counter()
    for counters in COUNTERS:
        wrong += counters.check(repair=repair)
    wrong += candidates.check(repair=repair)
    for name, number in sorted(wrong.items()):
        logger.warning("%s was wrong in %d rows", name, number)
    return wrong
