"""Upkeep of conversations."""

from messaging import former
from pupmatch.lib.jobs import task


@task(queue="upkeep", tries=3, every="27 * * * *")
def forget_former_words() -> None:
    """What was edited or unsent days ago."""
    former.forget_old()
