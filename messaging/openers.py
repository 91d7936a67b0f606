"""What somebody writes before they have an answer: the only messages that are looked at."""

from django.utils import timezone

from messaging.models import Message
from profiles.models import Profile
from screening.models import Response
from screening.services import look_at_opener


def look_at(message: Message) -> None:
    """Have an opener looked at, and hold it when that is what follows; the caller stores it."""
    user_id = Profile.objects.values_list("user_id", flat=True).get(pk=message.sender_id)
    response = look_at_opener(
        user_id=user_id,
        conversation_id=message.conversation_id,
        message_id=message.pk,
        body=message.body,
    )
    if response == Response.HOLD:
        message.held_at = timezone.now()


def is_opener(message: Message) -> bool:
    """Whether the other side had written nothing before this stored message."""
    earlier = Message.objects.filter(
        conversation=message.conversation_id, position__lt=message.position
    )
    return not earlier.exclude(sender=message.sender_id).exists()
