"""Devices for tests, and the way to something to tell."""

from typing import Any
from uuid import uuid4

from accounts.models import User
from accounts.tests.factories import SessionFactory
from matching import services as matching
from matching.tests.factories import matched
from messaging.models import Message, Participant
from messaging.services import send
from notifications import services
from notifications.models import Device
from notifications.services import Registration
from notifications.tests.provider import subscription
from profiles.models import Profile
from profiles.tests.factories import ProfileFactory


def expo_token() -> str:
    return f"ExponentPushToken[{uuid4().hex}]"


def device_of(user: User, **fields: Any) -> Device:
    """A telephone that somebody registered, on a new sign-in unless `session` is given."""
    session = fields.pop("session", None) or SessionFactory(user=user)
    installation_id = fields.pop("installation_id", None) or uuid4()
    said = {
        "provider": "expo",
        "token": expo_token(),
        "platform": "ios",
        "time_zone": "UTC",
        "locale": "en-US",
        **fields,
    }
    device, _ = services.register(
        session=session, installation_id=installation_id, registration=Registration(**said)
    )
    return device


def browser_of(user: User, url: str, name: str = "firefox", **fields: Any) -> Device:
    """A browser that somebody registered at the provider with that address."""
    token = subscription(url, name)
    return device_of(user, provider="webpush", token=token, platform="web", **fields)


def friend_of(me: Profile, name: str = "Biscuit") -> Participant:
    """Their side of the conversation of a new match."""
    other = ProfileFactory(name=name)
    match = matched(me, other)
    return Participant.objects.get(conversation=match.conversation_id, profile=other)


def say(side: Participant, body: str = "Park at five?") -> Message:
    message, _ = send(participant=side, client_id=uuid4(), body=body)
    return message


def admirer_of(me: Profile, name: str = "Rex") -> Profile:
    """Somebody who likes me."""
    other = ProfileFactory(name=name)
    matching.like(liker=other, liked=me)
    return other


def side_of(me: Profile, side: Participant) -> Participant:
    """My side of the conversation of which this is theirs."""
    return Participant.objects.get(conversation=side.conversation_id, profile=me)


def people_with_news(count: int, **fields: Any) -> list[Device]:
    """Devices of so many people who have each something to be told."""
    devices = []
    for _ in range(count):
        somebody = ProfileFactory()
        devices.append(device_of(somebody.user, **fields))
        friend_of(somebody)
    return devices
