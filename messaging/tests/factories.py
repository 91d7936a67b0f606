"""Conversations for tests, opened the way a match opens them."""

from messaging.models import Conversation, Participant
from messaging.services import open_conversation
from profiles.tests.factories import ProfileFactory


def conversation() -> Conversation:
    """An open conversation between two strangers."""
    low, high = sorted((ProfileFactory(), ProfileFactory()), key=lambda profile: profile.pk)
    return open_conversation(low=low, high=high)


def sides_of(talk: Conversation) -> list[Participant]:
    """Both sides, the pair's lower id first."""
    return list(talk.participants.order_by("profile_id"))
