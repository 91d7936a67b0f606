"""What changes playgrounds, favourites and reviews.

Locked in this order: the person, the place, and then what they say of it.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.refusals import SignInEnded, check_standing
from playgrounds.models import MAX_FAVORITES, Favorite, Playground, Review
from playgrounds.reliance import is_relied_on
from pupmatch.lib.fields import SHOWN_PLACES
from pupmatch.lib.geo import rounded
from pupmatch.lib.problems import Forbidden, NotFound, Problem
from screening.models import Response
from screening.services import look_at_text


class TooManyFavorites(Problem):
    """One more would pass the limit."""

    default_code = "too_many_favorites"
    default_detail = f"Nobody has more than {MAX_FAVORITES} favourites; take another off first."


class NotYourPlayground(Forbidden):
    """Only who added a playground changes or removes it; imported ones are staff's."""

    default_detail = "Only the person who added a playground may change or remove it."


class PlaygroundInUse(Problem):
    """Others would find another place behind what they marked, reviewed or agreed on."""

    default_code = "playground_in_use"
    default_detail = (
        "Others count on this place: its name and where it is stay as they are. Ask support if they "
        "are wrong."
    )


def hold(*, playground_id: UUID, user: User | None = None) -> Playground:
    """The playground, kept from being deleted until the transaction ends.

    Whoever is about to refer to one calls this first: a row that pointed at nothing would fail
    only at the commit. Raises NotFound, also for one that is held and not added by `user`.
    """
    shown = Q(held_at=None) | Q(created_by=user) if user else Q(held_at=None)
    held = Playground.objects.select_for_update(no_key=True).filter(shown, pk=playground_id).first()
    if held is None:
        raise NotFound
    return held


def _lock(user: User) -> User:
    """The person's own row: what they send at once queues here, and waits for a decision.

    Raises what `accounts.refusals` say of whoever was suspended or banned meanwhile.
    """
    locked = User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
    if locked is None:
        raise SignInEnded
    check_standing(locked)
    if not locked.is_active:
        raise SignInEnded
    return locked


def _held_at(user: User, subject_type: str, subject: Playground | Review) -> datetime | None:
    """Whether what the person wrote is to be held until staff have looked."""
    found = look_at_text(
        user_id=user.pk,
        subject_type=subject_type,
        subject_id=subject.pk,
        texts=_words(subject),
        place="profile",
    )
    return timezone.now() if found == Response.HOLD else None


def _words(subject: Playground | Review) -> list[str]:
    if isinstance(subject, Review):
        return [subject.text]
    return [subject.name, subject.place, subject.description]


def _own(*, playground_id: UUID, user: User) -> Playground:
    playground = hold(playground_id=playground_id, user=user)
    if not playground.belongs_to(user):
        raise NotYourPlayground
    return playground


@transaction.atomic
def add_playground(*, user: User, **fields: Any) -> Playground:
    """A new playground, which is `user`'s to change and remove."""
    playground = Playground(created_by=_lock(user), **fields)
    playground.held_at = _held_at(user, "playground", playground)
    playground.save(force_insert=True)
    return playground


@transaction.atomic
def change_playground(*, playground_id: UUID, user: User, **fields: Any) -> Playground:
    """Change what is given and nothing else. Raises NotFound, NotYourPlayground, PlaygroundInUse.

    With other words it is another place, which is looked at anew, and shown if it was held. Once
    others count on it, it is neither renamed nor moved.
    """
    _lock(user)
    playground = _own(playground_id=playground_id, user=user)
    if _is_another(playground, fields) and is_relied_on(playground):
        raise PlaygroundInUse
    words = _words(playground)
    for name, value in fields.items():
        setattr(playground, name, value)
    if _words(playground) != words:
        fields["held_at"] = playground.held_at = _held_at(user, "playground", playground)
    playground.save(update_fields=[*fields, "updated_at"])
    return playground


def _is_another(playground: Playground, fields: dict[str, Any]) -> bool:
    """Whether these rename or move it; an app that sends back what it was shown does neither."""
    point = fields.get("location", playground.location)
    is_moved = any(
        rounded(new, SHOWN_PLACES) != rounded(old, SHOWN_PLACES)
        for new, old in zip(point.coords, playground.location.coords, strict=True)
    )
    return is_moved or fields.get("name", playground.name) != playground.name


@transaction.atomic
def remove_playground(*, playground_id: UUID, user: User) -> None:
    """Remove it, from everybody's favourites too. Raises NotFound, NotYourPlayground."""
    _own(playground_id=playground_id, user=user).delete()


@transaction.atomic
def add_favorite(*, user: User, playground_id: UUID) -> None:
    """Make it a favourite. Harmless to repeat. Raises NotFound, TooManyFavorites."""
    # Parallel requests queue here instead of all counting the same number.
    _lock(user)
    playground = hold(playground_id=playground_id, user=user)
    mine = Favorite.objects.filter(user=user)
    if mine.filter(playground=playground).exists():
        return
    if mine.count() >= MAX_FAVORITES:
        raise TooManyFavorites
    Favorite.objects.create(user=user, playground=playground)


def remove_favorite(*, user: User, playground_id: UUID) -> None:
    """Take it off the favourites. Harmless when it was none."""
    Favorite.objects.filter(user=user, playground_id=playground_id).delete()


@transaction.atomic
def write_review(*, user: User, playground_id: UUID, stars: int, text: str) -> tuple[Review, bool]:
    """What a person thinks of a place, in place of what they thought before; True when it is new.

    Other words are looked at anew, and shown if they were held. Raises NotFound.
    """
    _lock(user)
    playground = hold(playground_id=playground_id, user=user)
    # The person's lock and the place's: nobody else writes this row meanwhile.
    review = Review.objects.filter(user=user, playground=playground).first()
    is_new = review is None
    review = review or Review(user=user, playground=playground)
    is_said_before = not is_new and review.text == text
    review.stars, review.text = stars, text
    if not is_said_before:
        review.held_at = _held_at(user, "review", review)
    review.save()
    return review, is_new


@transaction.atomic
def remove_review(*, user: User, playground_id: UUID) -> None:
    """Take it back. Harmless when there is none."""
    list(User.objects.select_for_update(no_key=True).filter(pk=user.pk).values("pk"))
    mine = Review.objects.filter(user=user, playground_id=playground_id)
    lock_reviewed(mine)
    mine.delete()


def lock_reviewed(reviews: QuerySet[Review]) -> None:
    """Lock the places whose figures follow from these, before whoever changes the reviews."""
    places = Playground.objects.filter(pk__in=reviews.values("playground"))
    list(places.select_for_update(no_key=True).order_by("pk").values("pk"))
