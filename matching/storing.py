"""Writing likes and matches; by hand, like what they are written with (`messaging.storing`)."""

from matching.models import Like, Match
from pupmatch.lib.prepared import prepared

LIKE = """
INSERT INTO matching_like (id, liker_id, liked_id, comment, created_at)
VALUES (%(id)s, %(liker_id)s, %(liked_id)s, %(comment)s, %(created_at)s)
"""
MATCH = """
INSERT INTO matching_match (id, low_id, high_id, conversation_id, created_at)
VALUES (%(id)s, %(low_id)s, %(high_id)s, %(conversation_id)s, %(created_at)s)
"""


def store(row: Like | Match) -> None:
    """Write a row that is not there yet."""
    with prepared() as cursor:
        cursor.execute(LIKE if isinstance(row, Like) else MATCH, vars(row))
    row._state.adding = False
