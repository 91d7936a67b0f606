"""Keeping people apart."""

from django.db import transaction

from accounts.models import Block, User
from matching import services as matching
from matching.services import Oneself
from profiles.models import Profile


@transaction.atomic
def block(*, blocker: User, blocked: Profile) -> None:
    """Hide two people from each other; a match ends, and its conversation is gone for the blocker.

    The blocked sees an ended match and no reason. Harmless to repeat. Raises Oneself.
    """
    if blocker.pk == blocked.user_id:
        raise Oneself
    Block.objects.get_or_create(blocker=blocker, blocked_id=blocked.user_id)
    own = Profile.objects.filter(user=blocker).first()
    if own is not None:
        matching.part(profile=own, other=blocked)


@transaction.atomic
def unblock(*, blocker: User, blocked: Profile) -> bool:
    """Lift a block; what it ended stays ended. Says whether there was one."""
    deleted, _ = Block.objects.filter(blocker=blocker, blocked=blocked.user_id).delete()
    return bool(deleted)
