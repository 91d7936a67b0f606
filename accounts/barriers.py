"""What must be over before somebody is limited, suspended or banned: what they are writing now.

An account knows nothing of likes or messages. A room that lets people write registers, when it is
loaded, how to wait for what is on its way: by taking the locks that its writing takes. Whoever gets
them later sees the decision; its writing asks for it under the same locks.
"""

from collections.abc import Callable

from accounts.models import User

_steps: list[Callable[[User], None]] = []


def before_restricting(step: Callable[[User], None]) -> None:
    """Have `step` called, in the same transaction, before a person's standing gets worse."""
    _steps.append(step)


def wait_for_writes(user: User) -> None:
    """Call every step; what they lock stays locked until the transaction ends."""
    for step in _steps:
        step(user)
