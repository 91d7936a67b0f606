"""Conversations for tests, opened the way a match opens them, and what is written in them."""

from typing import Any
from uuid import uuid4

from messaging.models import Conversation, Message, Participant
from messaging.services import open_conversation, send
from playgrounds.tests.factories import PlaygroundFactory
from profiles.tests.factories import ProfileFactory


def conversation() -> Conversation:
    """An open conversation between two strangers."""
    low, high = sorted((ProfileFactory(), ProfileFactory()), key=lambda profile: profile.pk)
    return open_conversation(low=low, high=high, match_id=uuid4())


def sides_of(talk: Conversation) -> list[Participant]:
    """Both sides, the pair's lower id first."""
    return list(talk.participants.order_by("profile_id"))


def say(side: Participant, body: str = "Hello!", **kwargs: Any) -> Message:
    """One side writes something."""
    message, _ = send(participant=side, client_id=uuid4(), body=body, **kwargs)
    return message


def share(side: Participant) -> Message:
    """One side shares a playground."""
    message, _ = send(participant=side, client_id=uuid4(), playground_id=PlaygroundFactory().pk)
    return message
