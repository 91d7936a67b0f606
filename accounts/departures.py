"""What the rooms above do before somebody's rows go: they tell those who stay.

An account knows nothing of matches or conversations, which vanish together with it. A room that has
something to say registers it when it is loaded.
"""

from collections.abc import Callable

from accounts.models import User

_steps: list[Callable[[User], None]] = []
_erasure_steps: list[Callable[[User], None]] = []


def before_leaving(step: Callable[[User], None]) -> None:
    """Have `step` called, in the same transaction, before an account or its profile is deleted."""
    _steps.append(step)


def before_erasure(step: Callable[[User], None]) -> None:
    """The same where the account itself goes, and not the dog alone."""
    _erasure_steps.append(step)


def announce(user: User) -> None:
    """Call every step; whoever deletes does this first, inside `recorded()`."""
    for step in _steps:
        step(user)


def announce_erasure(user: User) -> None:
    """The same for whoever deletes an account."""
    announce(user)
    for step in _erasure_steps:
        step(user)
