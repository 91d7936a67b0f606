"""Messages that keep their place and say nothing: holding one, and showing it again.

Whoever calls these has a reason; here is only what follows from it. Both are harmless to repeat and
say whether they changed anything. Who has how many to read stays the same.
"""

from datetime import datetime

from django.utils import timezone

from events.publishing import recorded
from messaging.models import Conversation, Message
from messaging.telling import tell_change
from pupmatch.lib.problems import NotFound


def hold(*, message: Message) -> bool:
    """Show neither side what a message says, and tell both; nothing is held of an unsent one."""
    return _turn(message, timezone.now())


def release(*, message: Message) -> bool:
    """Show both sides again what a message says, and tell them."""
    return _turn(message, None)


@recorded()
def _turn(message: Message, held_at: datetime | None) -> bool:
    try:
        Conversation.objects.lock(message.conversation_id)
    except NotFound:
        return False
    sent = Message.objects.filter(pk=message.pk, deleted_at=None)
    changed = sent.filter(held_at__isnull=held_at is not None).update(held_at=held_at)
    if changed:
        tell_change(message, "message.updated")
    return bool(changed)
