"""Upkeep: what is kept no longer."""

from pupmatch.lib.jobs import task
from screening import bans, openers


@task(queue="upkeep", tries=3, every="41 3 * * *")
def clear_lapsed_marks() -> None:
    """Marks of banned addresses, devices and photos whose time is over."""
    bans.clear_lapsed()


@task(queue="upkeep", tries=3, every="17 * * * *")
def forget_old_openers() -> None:
    """What was kept of first messages for a day."""
    openers.forget_old()
