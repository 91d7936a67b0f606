"""What people are notified of, and which event each kind comes from."""

from django.db import models


class Kind(models.TextChoices):
    """What a person chooses by; whoever adds one adds its event below."""

    NEW_MATCH = "new_match", "new match"
    NEW_MESSAGE = "new_message", "new message"
    NEW_LIKE = "new_like", "new like"


KIND_OF_EVENT = {
    "match.created": Kind.NEW_MATCH,
    "message.created": Kind.NEW_MESSAGE,
    "like.received": Kind.NEW_LIKE,
}
