"""Somebody in the middle of everything: what an attacker's own account can reach at the best."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from rest_framework_simplejwt.tokens import AccessToken

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
from tests.input.insiders import Insider
from verification.tests.factories import VerificationFactory


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
    access = AccessToken(pair.access)
    # The long forms take longer than a token lives.
    access.set_exp(lifetime=timedelta(days=1))
    return Insider(str(me.user_id), me.user.email, str(access), pair.refresh, found)


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
    # Of others' only the second: the first would be nobody's to rename.
    ReviewFactory(playground=places[1])
    ReviewFactory(user=me.user, playground=places[0])
    return _ids(places)


def _ids(rows: Any) -> list[str]:
    return [str(row.pk) for row in rows]
