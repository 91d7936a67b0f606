"""Limits of how often a caller may ask, exact whatever the number of processes (ADR 24).

    throttle_scope = "upload"                                # of a view, for all it does
    throttle_scope = {"create": ("report", "report_daily")}  # by action or method
    throttle_scope = {"create": ("message", Each("message_in_conversation", "id"))}

`settings.RATE_LIMITS` has the figures. Beside what a view names, everything counts as a `read` or a
`write`. `limits` says what a request is held against, `counting` counts it (in Redis or else in
PostgreSQL), `refusals` keeps who was refused for staff, `views` stands before views.
"""

from pupmatch.lib.throttling.counting import (
    UsedUp,
    count_request,
    forget_past_windows,
    is_within,
    spend,
    take,
)
from pupmatch.lib.throttling.limits import Count, Each, Limit, limit_of
from pupmatch.lib.throttling.views import ScopedThrottle, limited

__all__ = [
    "Count",
    "Each",
    "Limit",
    "ScopedThrottle",
    "UsedUp",
    "count_request",
    "forget_past_windows",
    "is_within",
    "limit_of",
    "limited",
    "spend",
    "take",
]
