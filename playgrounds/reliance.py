"""Whether others count on a place: then it stays where it is, under its name.

Playgrounds know nothing of messages. A room in which places are passed on registers, when it is
loaded, how to find out whether one was.
"""

from collections.abc import Callable

from playgrounds.models import Favorite, Playground, Review

_steps: list[Callable[[Playground], bool]] = []


def also_relied_on(step: Callable[[Playground], bool]) -> None:
    """Have `step` asked, too."""
    _steps.append(step)


def is_relied_on(playground: Playground) -> bool:
    """Whether somebody other than who added it marked or reviewed it, or it was passed on.

    Under the place's lock, which all of them take, it stays so until the transaction ends.
    """
    of_others = [
        model.objects.filter(playground=playground).exclude(user=playground.created_by_id)
        for model in (Favorite, Review)
    ]
    return any(rows.exists() for rows in of_others) or any(step(playground) for step in _steps)
