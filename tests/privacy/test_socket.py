"""The socket for real: its frames are alike for two places in a cell, to the byte."""

import json
import random
import re
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

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
    attacker, friend = (
        Phone(process, ticket_for(user)) for user in (world.attacker.user, world.friend.user)
    )
    for phone in (attacker, friend):
        phone.hear_until("ready")
    client.put(PUT_PLACE, {"latitude": where[0], "longitude": where[1]})
    # Each is heard before the next: a frame shows what is there when it is made.
    client.post("/api/v1/likes", {"profile_id": world.attacker.pk})
    frames = attacker.hear_until("like.received")
    client.delete(likes)
    frames += attacker.hear_until("like.removed")
    client.post("/api/v1/likes", {"profile_id": world.attacker.pk})
    frames += attacker.hear_until("like.received")
    client.post(talk, {"client_id": str(uuid4()), "body": "Off we go"})
    frames += friend.hear_until("message.created")
    for phone in (attacker, friend):
        phone.close()
    client.delete(likes)
    watch.lines += [COUNTS.sub("n", json.dumps(frame)) for frame in frames]
    return watch.masked()


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
