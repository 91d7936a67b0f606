"""What open cases count of their reports; closed ones keep what they had when reports went."""

from pupmatch.lib.counters import Counters

CASES = Counters(
    table="moderation_case",
    columns=("report_count", "weight"),
    owner="moderation_case",
    expected="""
        SELECT kase.id AS owner_id, kase.id, count(report.id) AS report_count,
            -- The same figures in another order need not add up to the last bit.
            CASE WHEN abs(coalesce(sum(report.weight), 0) - kase.weight) < 1e-6 THEN kase.weight
            ELSE coalesce(sum(report.weight), 0) END AS weight
        FROM moderation_case AS kase
        LEFT JOIN moderation_report AS report
            ON report.case_id = kase.id AND report.outcome = 'waiting'
        WHERE kase.id = ANY(%(ids)s) AND kase.closed_at IS NULL
        GROUP BY kase.id
    """,
)
COUNTERS = [CASES]
