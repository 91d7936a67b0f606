"""Upkeep of what matches and all below them count."""

from matching.counters import check_counters
from pupmatch.lib.jobs import task


@task(queue="upkeep", tries=3, every="33 4 * * *")
def repair_counters() -> None:
    """Set right what does not agree with the rows that it is counted from."""
    check_counters(repair=True)
