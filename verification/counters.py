"""What verifications repeat elsewhere: until when the badge lasts."""

from pupmatch.lib.counters import Counters

BADGES = Counters(
    table="profiles_profile",
    columns=("verified_until",),
    owner="profiles_profile",
    expected="""
        SELECT id AS owner_id, id, (
            SELECT max(expires_at) FROM verification_verification
            WHERE profile_id = profile.id AND state = 'confirmed'
        ) AS verified_until
        FROM profiles_profile AS profile WHERE id = ANY(%(ids)s)
    """,
)
COUNTERS = [BADGES]
