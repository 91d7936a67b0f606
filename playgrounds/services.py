"""What changes playgrounds and favourites."""

from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from playgrounds.models import MAX_FAVORITES, Favorite, Playground
from pupmatch.lib.problems import Forbidden, NotFound, Problem


class TooManyFavorites(Problem):
    """One more would pass the limit."""

    default_code = "too_many_favorites"
    default_detail = f"Nobody has more than {MAX_FAVORITES} favourites; take another off first."


class NotYourPlayground(Forbidden):
    """Only who added a playground changes or removes it; imported ones are staff's."""

    default_detail = "Only the person who added a playground may change or remove it."


def hold(*, playground_id: UUID) -> Playground:
    """The playground, kept from being deleted until the transaction ends.

    Whoever is about to refer to one calls this first: a row that pointed at nothing would fail
    only at the commit. Raises NotFound.
    """
    held = Playground.objects.select_for_update(no_key=True).filter(pk=playground_id).first()
    if held is None:
        raise NotFound
    return held


def _own(*, playground_id: UUID, user: User) -> Playground:
    playground = hold(playground_id=playground_id)
    if not playground.belongs_to(user):
        raise NotYourPlayground
    return playground


def add_playground(*, user: User, **fields: Any) -> Playground:
    """A new playground, which is `user`'s to change and remove."""
    return Playground.objects.create(created_by=user, **fields)


@transaction.atomic
def change_playground(*, playground_id: UUID, user: User, **fields: Any) -> Playground:
    """Change what is given and nothing else. Raises NotFound, NotYourPlayground."""
    playground = _own(playground_id=playground_id, user=user)
    for name, value in fields.items():
        setattr(playground, name, value)
    playground.save(update_fields=[*fields, "updated_at"])
    return playground


@transaction.atomic
def remove_playground(*, playground_id: UUID, user: User) -> None:
    """Remove it, from everybody's favourites too. Raises NotFound, NotYourPlayground."""
    _own(playground_id=playground_id, user=user).delete()


@transaction.atomic
def add_favorite(*, user: User, playground_id: UUID) -> None:
    """Make it a favourite. Harmless to repeat. Raises NotFound, TooManyFavorites."""
    playground = hold(playground_id=playground_id)
    # The person's own row: parallel requests queue here instead of all counting the same number.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    mine = Favorite.objects.filter(user=user)
    if mine.filter(playground=playground).exists():
        return
    if mine.count() >= MAX_FAVORITES:
        raise TooManyFavorites
    Favorite.objects.create(user=user, playground=playground)


def remove_favorite(*, user: User, playground_id: UUID) -> None:
    """Take it off the favourites. Harmless when it was none."""
    Favorite.objects.filter(user=user, playground_id=playground_id).delete()
