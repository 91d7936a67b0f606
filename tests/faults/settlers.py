"""Matched pairs for a trial, each person signed in and with a device."""

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.faults.parts import PYTHON, ROOT
from tests.faults.people import Person

if TYPE_CHECKING:
    from tests.faults.machinery import Town


def settle(town: "Town", pairs: int) -> list[Person]:
    """Pairs in the town's own database, by a process that knows no other."""
    made = subprocess.run(
        [PYTHON, "-m", "tests.faults.settlers", str(pairs)],
        cwd=ROOT,
        env={**os.environ, **town.env()},
        check=True,
        capture_output=True,
        text=True,
    )
    # Every fourth person has no socket and asks by long poll.
    return [
        Person(**fields, by_poll=number % 4 == 3)
        for number, fields in enumerate(json.loads(made.stdout))
    ]


def main() -> None:
    """Make the pairs that are asked for, and print what their clients need to know."""
    import django

    django.setup()

    from accounts.models import Session, User
    from accounts.services import open_session
    from matching.tests.factories import matched
    from notifications.tests.factories import device_of
    from profiles.models import Profile

    def person(profile: Profile, conversation_id: object) -> dict[str, str]:
        user = User.objects.get(pk=profile.user_id)
        tokens = open_session(user=user, ip_address="127.0.0.1", user_agent="trial")
        device_of(user, session=Session.objects.get(user=user), platform="android")
        return {
            "access": tokens.access,
            "refresh": tokens.refresh,
            "user_id": str(user.pk),
            "profile_id": str(profile.pk),
            "conversation_id": str(conversation_id),
        }

    people = []
    for _ in range(int(sys.argv[1])):
        match = matched()
        people += [person(side, match.conversation_id) for side in (match.low, match.high)]
    print(json.dumps(people))


if __name__ == "__main__":
    main()
