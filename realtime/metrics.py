"""Figures of the realtime process, for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

SOCKETS = Gauge("pupmatch_realtime_sockets", "Open sockets.")
POLLS = Gauge("pupmatch_realtime_polls", "Long polls that wait.")
EVENTS = Counter("pupmatch_realtime_events", "Events handed to sockets.")
CLOSES = Counter("pupmatch_realtime_closes", "Sockets closed by either side, by code.", ["code"])
CLOSE_CODES = {1000, 1001, 1005, 1006, 1007, 1009, 1011, 1012, 1013, 4401, 4403, 4408}
MALFORMED = Counter(
    "pupmatch_realtime_malformed_frames", "Frames that say nothing, by why.", ["code"]
)
WAKEUPS = Counter("pupmatch_realtime_wakeups", "People that wake-ups spoke of, by way.", ["way"])
OVERDUE = Counter(
    "pupmatch_realtime_overdue", "Readers behind whom no wake-up had reached within a second."
)
LAG = Histogram(
    "pupmatch_realtime_lag_seconds",
    "From an event's time to the moment it was handed to a live socket.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)


def count_close(code: int) -> None:
    """Count a closed socket; clients may make up codes."""
    CLOSES.labels(str(int(code)) if code in CLOSE_CODES else "other").inc()
