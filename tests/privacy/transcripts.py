"""Everything that attackers are told, written down, to be compared to the byte."""

import random
import re
from collections.abc import Callable
from typing import Any

from django.contrib.gis.geos import Point
from django.core import mail

from accounts.models import User
from notifications.digests import start_digests
from notifications.tests.factories import device_of
from notifications.tests.provider import Provider
from profiles.models import Profile
from pupmatch.lib.tests.working import run_due_jobs
from realtime import feed
from realtime.shapes import Reader
from tests.privacy.world import World

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# Some are by the database's clock, which goes on while that of the processes stands still.
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
# Else it would be made by chance.
REQUEST_ID = {"X-Request-ID": "an-attacker"}
# Their digests are of bodies with ids of rows that were made meanwhile.
WITH_NEW_IDS = re.compile(r"likes|events|matches|conversations|messages")


class Watch:
    """What the attackers read: by the API, in frames of the socket, by push and by mail."""

    def __init__(self, world: World, provider: Provider | None = None) -> None:
        self.world, self.provider = world, provider
        self.lines: list[str] = []
        self.etags: dict[str, str] = {}

    def get(self, path: str, client: Any = None, **headers: str) -> Any:
        """Ask, and write down all of the answer."""
        client = client or self.world.client
        answer = client.get(f"/api/v1/{path}", headers=REQUEST_ID | headers)
        told = dict(answer.headers.items())
        self.etags[f"{id(client)} {path}"] = told.get("ETag", "")
        leave_out = {"ETag"} if WITH_NEW_IDS.search(path) else set()
        shown = sorted((name, text) for name, text in told.items() if name not in leave_out)
        self.lines.append(f"{path} {answer.status_code} {shown} {answer.content.decode()}")
        return answer

    def get_again(self, path: str, client: Any = None) -> None:
        """Ask for what has changed since the last time."""
        client = client or self.world.client
        etag = self.etags.get(f"{id(client)} {path}")
        self.get(path, client, **({"If-None-Match": etag} if etag else {}))

    def frames(self, user: User) -> None:
        """What the socket says of everything so far."""
        cursor = feed.Cursor(Reader(user.pk, "http://testserver/"), 0)
        self.lines += [told.as_text() for told in feed.page(cursor).events]

    def pushes_and_mails(self) -> None:
        """What a worker sends by now."""
        start_digests()
        run_due_jobs()
        if self.provider:
            self.lines += [f"push {row['title']} {row['body']} {row['data']} {row['badge']}" for row in self.provider.received]  # fmt: skip
            self.provider.received.clear()
        self.lines += [f"mail {sent.subject} {sent.body}" for sent in mail.outbox]
        mail.outbox.clear()

    def masked(self) -> list[str]:
        """The lines, with ids by the order in which they were first told."""
        names: dict[str, str] = {}
        return [
            ID.sub(
                lambda found: names.setdefault(found[0], f"id{len(names)}"), TIME.sub("time", line)
            )
            for line in self.lines
        ]


def listen(world: World) -> None:
    """One attacker has a telephone, the other is sent mail."""
    device_of(world.attacker.user)
    users = User.objects.filter(pk=world.friend.user_id)
    users.update(email_verified_at=world.friend.created_at)
    wishes = {"kinds": {kind: {"email": True} for kind in ("new_match", "new_like", "new_message")}}
    answer = world.friends_client.patch("/api/v1/me/notification-preferences", wishes)
    assert answer.status_code == 200


def readings(watch: Watch, rough: Point) -> list[Callable[[], Any]]:
    """Every way in which somebody's place could show, one after the other."""
    world, friends = watch.world, watch.world.friends_client
    near = f"playgrounds?near={rough.y:.4f},{rough.x:.4f}"
    meeting = f"matches/{world.match.pk}/meeting-points"

    def next_page() -> None:
        first = watch.get("deck?limit=1").json()
        if first.get("next"):
            watch.get(first["next"].partition("/api/v1/")[2])

    return [
        lambda: watch.get("deck/hints"),
        lambda: watch.get(meeting, friends),
        lambda: watch.get_again("deck"),
        lambda: watch.get("likes/received"),
        next_page,
        lambda: watch.get("matches", friends),
        lambda: watch.get_again(meeting, friends),
        lambda: watch.get("events?after=0"),
        lambda: watch.get(f"matches/{world.match.pk}", friends),
        lambda: watch.get("deck?limit=2", friends),
        lambda: watch.frames(world.attacker.user),
        lambda: watch.get(f"{meeting}?limit=1", friends),
        lambda: watch.get(near),
        lambda: watch.get_again(f"profiles/{world.target.pk}", friends),
        lambda: watch.get("conversations", friends),
        lambda: watch.frames(world.friend.user),
        watch.pushes_and_mails,
    ]


def acts(world: World, chance: random.Random) -> Callable[[], Any]:
    """Something that the target does, which has nothing to do with where it is."""
    client, attacker = world.target_client, world.attacker.pk
    talk = f"/api/v1/conversations/{world.match.conversation_id}/messages"
    level = chance.choice(["low", "medium", "high"])
    oldest = chance.randint(10, 20)
    client_id = f"01a0f000-0000-7000-8000-{chance.getrandbits(48):012x}"
    is_paused = Profile.objects.get(pk=world.target.pk).is_paused
    act = chance.choice(
        [
            lambda: client.patch("/api/v1/me/profile", {"activity_level": level}),
            lambda: client.patch("/api/v1/me/preferences", {"max_age": oldest}),
            lambda: client.post("/api/v1/me/pause"),
            lambda: client.post("/api/v1/likes", {"profile_id": attacker}),
            lambda: client.delete(f"/api/v1/likes/{attacker}"),
            lambda: client.post(talk, {"client_id": client_id, "body": "Off we go"}),
            lambda: client.get("/api/v1/deck"),
            lambda: client.put(f"/api/v1/playgrounds/{world.playgrounds[0].pk}/favorite"),
        ]
    )
    return (lambda: client.delete("/api/v1/me/pause")) if is_paused else act
