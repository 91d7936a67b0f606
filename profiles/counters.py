"""What profiles count."""

from pupmatch.lib.counters import Counters

PHOTOS = Counters(
    table="profiles_profile",
    columns=("photo_count",),
    owner="profiles_profile",
    expected="""
        SELECT id AS owner_id, id, (
            SELECT count(*) FROM profiles_photo
            WHERE profile_id = profile.id AND held_at IS NULL
        ) AS photo_count
        FROM profiles_profile AS profile WHERE id = ANY(%(ids)s)
    """,
)
COUNTERS = [PHOTOS]
