"""The socket for real: its frames are alike for two places in a cell, to the byte."""

import json
import random
import re
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from accounts.models import User
from profiles.cells import snap
from realtime.tests.machinery import Phone, Process, ticket_for
from tests.privacy.geometry import point, somewhere, within_cell
from tests.privacy.transcripts import Watch
from tests.privacy.world import PUT_PLACE, World, forget_place

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.requirement("R8.1", "R8.5"),
]


# How much was said before, which goes on.
COUNTS = re.compile(r'"(position|unread_count)": \d+')


@pytest.fixture
def process(transactional_db: None) -> Iterator[Process]:
    process = Process()
    yield process
    process.stop()


def heard(world: World, process: Process, where: tuple[float, float]) -> list[str]:
    """What an attacker's open socket says while a target who is there likes, unlikes and writes."""
    client, likes = world.target_client, f"/api/v1/likes/{world.attacker.pk}"
    talk = f"/api/v1/conversations/{world.match.conversation_id}/messages"
    forget_place(world.target)
    watch = Watch(world)
    phones = [Phone(process, ticket_for(user)) for user in _attackers(world)]
    for phone in phones:
        phone.hear_until("ready")
    client.put(PUT_PLACE, {"latitude": where[0], "longitude": where[1]})
    client.post("/api/v1/likes", {"profile_id": world.attacker.pk})
    client.delete(likes)
    client.post("/api/v1/likes", {"profile_id": world.attacker.pk})
    client.post(talk, {"client_id": str(uuid4()), "body": "Off we go"})
    for phone, last in zip(phones, ("like.received", "message.created"), strict=True):
        frames = phone.hear_until(last)
        if last == "like.received":
            frames += phone.hear_until(last)
        watch.lines += [COUNTS.sub("n", json.dumps(frame)) for frame in frames]
        phone.close()
    client.delete(likes)
    return watch.masked()


def _attackers(world: World) -> list[User]:
    return [world.attacker.user, world.friend.user]


def test_frames_do_not_tell_two_places_in_a_cell_apart(
    client_for: Callable, process: Process, sized: Callable[[int, int], int]
) -> None:
    world, chance = World(client_for, point(47.6, -122.3)), random.Random(8)
    for _ in range(sized(1, 40)):
        centre = snap(somewhere(chance))
        one, other = (within_cell(centre, chance) for _ in range(2))
        told = [heard(world, process, (place.y, place.x)) for place in (one, other)]
        assert told[0] == told[1]
        assert "distance" in told[0][-2]
