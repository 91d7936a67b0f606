"""Keeping people apart."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Block, User
from events.publishing import recorded
from matching import services as matching
from matching.services import Oneself
from messaging.models import Participant
from profiles.models import Profile


def blockable(user: User) -> QuerySet[Profile]:
    """Whom a person can see, whoever they ever talked to, and whoever they blocked already.

    Nobody else: what blocking answers must not tell a hidden profile from one that is gone.
    """
    # Asked of one profile at a time, each by an index: a list of everybody would be read first.
    visible = Profile.objects.visible_to(user).filter(pk=OuterRef("pk"))
    talked_to = Participant.objects.filter(profile__user=user, other=OuterRef("pk"))
    blocked = Block.objects.filter(blocker=user, blocked=OuterRef("user"))
    return Profile.objects.filter(
        Exists(visible) | Exists(talked_to) | Exists(blocked) | Q(user=user)
    )


@recorded()
def block(*, blocker: User, blocked: Profile) -> None:
    """Hide two people from each other; a match ends, and its conversation is gone for the blocker.

    The blocked sees an ended match and no reason. Harmless to repeat. Raises Oneself.
    """
    if blocker.pk == blocked.user_id:
        raise Oneself
    _, is_new = Block.objects.get_or_create(
        blocker=blocker, blocked_id=blocked.user_id, defaults={"blocked_name": blocked.name}
    )
    own = Profile.objects.filter(user=blocker).first()
    if is_new and own is not None:
        matching.part(profile=own, other=blocked)


@recorded()
def unblock(*, blocker: User, blocked: Profile) -> bool:
    """Lift a block; what it ended stays ended. Says whether there was one."""
    deleted, _ = Block.objects.filter(blocker=blocker, blocked=blocked.user_id).delete()
    own = Profile.objects.filter(user=blocker).first()
    if deleted and own is not None:
        matching.rejoin(profile=own, other=blocked)
    return bool(deleted)
