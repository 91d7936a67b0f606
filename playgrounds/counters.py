"""What playgrounds count."""

from pupmatch.lib.counters import Counters

REVIEWS = Counters(
    table="playgrounds_playground",
    columns=("reviews_count", "stars_total"),
    owner="playgrounds_playground",
    expected="""
        SELECT place.id AS owner_id, place.id, count(author.id) AS reviews_count,
            coalesce(sum(review.stars) FILTER (WHERE author.id IS NOT NULL), 0) AS stars_total
        FROM playgrounds_playground AS place
        LEFT JOIN playgrounds_review AS review
            ON review.playground_id = place.id AND review.held_at IS NULL
        LEFT JOIN accounts_user AS author ON author.id = review.user_id AND author.is_active
        WHERE place.id = ANY(%(ids)s) GROUP BY place.id
    """,
)
COUNTERS = [REVIEWS]
