"""The staff desk: the queue, the page of a case, and what else staff work in all day."""

# In the order of the sidebar.
from moderation.admin import cases  # isort: skip
from moderation.admin import appeals, decisions, reports

__all__ = ["appeals", "cases", "decisions", "reports"]
