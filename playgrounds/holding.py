"""Places and reviews that others do not find: holding one, and showing it again.

Whoever calls these has a reason; here is only what follows from it. Each is harmless to repeat and
says whether it changed anything. A trigger keeps the figures of a review's place.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from playgrounds.models import Playground, Review
from playgrounds.services import lock_reviewed


def hold(*, playground: Playground) -> bool:
    """Let nobody find a place but whoever added it."""
    return _turn(Playground.objects.filter(pk=playground.pk), timezone.now())


def release(*, playground: Playground) -> bool:
    """Let everybody find a place again."""
    return _turn(Playground.objects.filter(pk=playground.pk), None)


def hold_review(*, review: Review) -> bool:
    """Show a review to nobody but its author; it no longer counts."""
    return _turn_review(review, timezone.now())


def release_review(*, review: Review) -> bool:
    """Show a review to everybody again."""
    return _turn_review(review, None)


@transaction.atomic
def _turn_review(review: Review, held_at: datetime | None) -> bool:
    found = Review.objects.filter(pk=review.pk)
    lock_reviewed(found)
    return _turn(found, held_at)


def _turn(rows: QuerySet, held_at: datetime | None) -> bool:
    return bool(rows.filter(held_at__isnull=held_at is not None).update(held_at=held_at))
