"""Somebody in the middle of everything: what an attacker's own account can reach at the best."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from accounts.models import User
from accounts.services import open_session
from matching.tests.factories import LikeFactory, PassFactory, matched
from messaging.models import Participant
from messaging.tests.factories import say
from moderation.blocking import block
from moderation.tests.desk import case_of, decided
from notifications.tests.factories import device_of
from playgrounds.tests.factories import FavoriteFactory, PlaygroundFactory, ReviewFactory
from profiles.models import Profile
from profiles.tests.factories import ProfileFactory, PromptFactory
from verification.tests.factories import VerificationFactory

# What stands in an address that begins so; the longest beginning counts.
PLACES = {
    "DELETE blocks": "blocked",
    "DELETE likes": "liked",
    "DELETE passes": "passed",
    "auth/sessions": "sessions",
    "blocks": "strangers",
    "conversations": "conversations",
    "likes": "strangers",
    "matches": "matches",
    "me/decisions": "decisions",
    "me/devices": "devices",
    "me/photos": "photos",
    "me/verifications": "verifications",
    "messages": "messages",
    "passes": "strangers",
    "playgrounds": "playgrounds",
    "profiles": "strangers",
}


@dataclass
class Insider:
    """An account with a complete dog, and the ids of what it may name."""

    user_id: str
    email: str
    access: str = ""
    refresh: str = ""
    ids: dict[str, list[str]] = field(default_factory=dict)

    def ids_in(self, method: str, path: str) -> list[str]:
        """What may stand in the gap of an address of the API; none where no id does."""
        rest = path.removeprefix("/api/v1/")
        fits = [each for each in PLACES if f"{method} {rest}".startswith(each)]
        fits += [each for each in PLACES if rest.startswith(each)]
        return self.ids[PLACES[max(fits, key=len)]] if fits else []

    @property
    def user(self) -> User:
        """The account itself."""
        return User.objects.get(pk=self.user_id)


def insider(**account: Any) -> Insider:
    """Somebody with a bit of everything; signed in, so that sign-ins and tokens are real."""
    me = ProfileFactory(bio="Fetches.", photos=4, **{f"user__{k}": v for k, v in account.items()})
    PromptFactory(profile=me)
    LikeFactory(liked=me)
    blocked = ProfileFactory()
    block(blocker=me.user, blocked=blocked)
    decision = decided(me, "warn")
    case_of(ProfileFactory(), reporter=me.user)
    matches = [matched(me) for _ in range(2)]
    found = {
        "strangers": _ids(ProfileFactory.create_batch(3)),
        "blocked": [str(blocked.pk)],
        "liked": [str(LikeFactory(liker=me).liked_id)],
        "passed": [str(PassFactory(passer=me).passed_id)],
        "matches": _ids(matches),
        "conversations": [str(match.conversation_id) for match in matches],
        "messages": [message for match in matches for message in _talk(me, match)],
        "photos": _ids(me.photos.all()),
        "prompts": _ids(me.prompts.all()),
        "decisions": [str(decision.pk)],
        "devices": [str(device_of(me.user, installation_id=uuid4()).installation_id)],
        "verifications": [str(VerificationFactory(profile=me).pk)],
        "playgrounds": _playgrounds(me),
    }
    pair = open_session(user=me.user, ip_address="192.0.2.1", user_agent="tests")
    found["sessions"] = _ids(me.user.sessions.order_by("created_at"))
    return Insider(str(me.user_id), me.user.email, pair.access, pair.refresh, found)


def _talk(me: Profile, match: Any) -> list[str]:
    mine = Participant.objects.get(conversation=match.conversation_id, profile=me)
    theirs = Participant.objects.get(conversation=match.conversation_id, profile=match.other(me))
    said = say(mine, "Park at five?")
    say(theirs, "Six is better.", reply_to=said.pk)
    return [str(said.pk)]


def _playgrounds(me: Profile) -> list[str]:
    places = [
        PlaygroundFactory(created_by=me.user),
        PlaygroundFactory(source="osm", source_id=str(me.pk)),
    ]
    FavoriteFactory(user=me.user, playground=places[0])
    for place in places:
        ReviewFactory(playground=place)
    ReviewFactory(user=me.user, playground=places[0])
    return _ids(places)


def _ids(rows: Any) -> list[str]:
    return [str(row.pk) for row in rows]
