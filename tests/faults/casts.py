"""Who takes part in a ban, and the process that bans: both know the town's own database alone."""

import asyncio
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.faults.parts import PYTHON, ROOT

if TYPE_CHECKING:
    from tests.faults.machinery import Town

FRIENDS, LIKED, PAIRS = 8, 4, 4


@dataclass
class Member:
    """Somebody of a cast, signed in."""

    email: str
    password: str
    access: str
    user_id: str
    profile_id: str
    # Where they write.
    conversation_ids: list[str]


@dataclass
class Cast:
    """One who will be banned, and twenty others.

    `friends` are matched with the target and with nobody else, `liked` with nobody at all; both
    have a telephone, so that whatever they are pushed is about the target. The others are matched
    in pairs.
    """

    target: Member
    friends: list[Member]
    liked: list[Member]
    others: list[Member]


@dataclass
class Ban:
    """When it was decided and committed, and what there was of the person at that moment."""

    began: float
    committed: float
    messages: list[str]
    likes: list[str]


def settle(town: "Town", casts: int) -> list[Cast]:
    """So many casts in the town's own database."""
    command = [PYTHON, "-m", "tests.faults.casts", "settle", str(casts)]
    env = {**os.environ, **town.env()}
    made = subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True)
    return [
        Cast(
            target=Member(**cast.pop("target")),
            **{role: [Member(**each) for each in members] for role, members in cast.items()},
        )
        for cast in json.loads(made.stdout)
    ]


@dataclass
class Announced:
    """A process that is ready to ban."""

    process: asyncio.subprocess.Process

    async def decide(self) -> Ban:
        """Let it happen."""
        said, _ = await self.process.communicate(b"now\n")
        return Ban(**json.loads(said))


async def announce(town: "Town", user_id: str) -> Announced:
    """Start the process that will ban somebody; when it is told to, not before."""
    process = await asyncio.create_subprocess_exec(
        *(PYTHON, "-m", "tests.faults.casts", "ban", user_id),
        cwd=ROOT,
        env={**os.environ, **town.env()},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert (await process.stdout.readline()).strip() == b"ready"
    return Announced(process)


def main() -> None:
    """`settle N` or `ban USER_ID`: prints what the trial needs to know."""
    import django

    django.setup()
    command, argument = sys.argv[1:]
    print(json.dumps(_casts(int(argument)) if command == "settle" else _ban(argument)))


def _casts(number: int) -> list[dict[str, Any]]:
    from accounts.models import User
    from accounts.services import open_session
    from accounts.tests.factories import PASSWORD
    from matching.tests.factories import matched
    from messaging.models import Participant
    from notifications.tests.factories import device_of
    from profiles.models import Profile
    from profiles.tests.factories import ProfileFactory

    def member(profile: Profile, *, has_telephone: bool = False) -> dict[str, Any]:
        user = User.objects.get(pk=profile.user_id)
        tokens = open_session(user=user, ip_address="127.0.0.1", user_agent="trial")
        if has_telephone:
            device_of(user, session=user.sessions.get(), platform="android")
        sides = Participant.objects.filter(profile=profile)
        return {
            "email": user.email,
            "password": PASSWORD,
            "access": tokens.access,
            "user_id": str(user.pk),
            "profile_id": str(profile.pk),
            "conversation_ids": [str(side.conversation_id) for side in sides],
        }

    casts = []
    for _ in range(number):
        target, *liked = ProfileFactory.create_batch(1 + LIKED)
        friends = [matched(target).other(target) for _ in range(FRIENDS)]
        pairs = [matched() for _ in range(PAIRS)]
        casts.append(
            {
                "target": member(target),
                "friends": [member(each, has_telephone=True) for each in friends],
                "liked": [member(each, has_telephone=True) for each in liked],
                "others": [member(side) for pair in pairs for side in (pair.low, pair.high)],
            }
        )
    return casts


def _ban(user_id: str) -> dict[str, Any]:
    from accounts import standing
    from accounts.models import User
    from matching.models import Like
    from messaging.models import Message

    user = User.objects.get(pk=user_id)
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.time()
    standing.ban(user=user)
    committed = time.time()
    messages = Message.objects.filter(sender__user=user).values_list("pk", flat=True)
    likes = Like.objects.filter(liker__user=user).values_list("pk", flat=True)
    return {
        "began": began,
        "committed": committed,
        "messages": [str(pk) for pk in messages],
        "likes": [str(pk) for pk in likes],
    }


if __name__ == "__main__":
    main()
