"""What the rooms above keep of a dog that its owner removes, for the next one of the same account.

A profile knows nothing of what others decided about it, which vanishes together with it. A room
that keeps some of that registers how when it is loaded.
"""

from collections.abc import Callable

from profiles.models import Profile

Step = Callable[[Profile], None]

_keeping: list[Step] = []
_giving_back: list[Step] = []


def between_dogs(*, keep: Step, give_back: Step) -> None:
    """Have `keep` called before a dog goes whose account stays, and `give_back` for a new one.

    Each in the transaction that deletes the profile, locked, or has just written it.
    """
    _keeping.append(keep)
    _giving_back.append(give_back)


def keep_of(profile: Profile) -> None:
    """Call every `keep`."""
    for step in _keeping:
        step(profile)


def give_back_to(profile: Profile) -> None:
    """Call every `give_back`."""
    for step in _giving_back:
        step(profile)
