"""A small town in which one person has something of everything, and others stand to her in every way."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import time_machine
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.links import reset_token, verification_token
from accounts.models import Block, User
from accounts.services import open_session
from accounts.tests.factories import PASSWORD, UserFactory
from accounts.tests.openid_provider import OpenIdProvider, Person
from accounts.tests.social import LINK_GOOGLE, shown
from conftest import Client
from matching import services as matching
from matching.models import Match
from matching.tests.factories import matched
from messaging.models import Message
from messaging.tests.factories import say, share
from moderation import blocking
from moderation.reporting import report
from moderation.roles import Role
from moderation.tests.desk import decided
from notifications.tests.factories import device_of
from playgrounds.tests.factories import FavoriteFactory, PlaygroundFactory, ReviewFactory, point
from profiles.models import Photo, Profile
from profiles.tests.factories import ProfileFactory, PromptFactory, place
from pupmatch.lib.geo import rounded
from verification.tests.factories import VerificationFactory

SUPERUSER, NO_GROUP = "Superuser", "No group"
STAFF = (NO_GROUP, *Role, SUPERUSER)
BORN = date(2021, 11, 23)
HER_NETWORK = "198.51.100.44"
# Where nobody else lives: in whoever's answer these stand, it tells where she does.
HOME = (47.5423, -122.3871)


class Caller(NamedTuple):
    """Somebody who asks. `before` brings about how they stand, and is undone again."""

    name: str
    client: Client
    user: User | None
    before: Callable[[], Any] = lambda: None


def signed_in(user: User, ip_address: str = "192.0.2.1") -> Client:
    """A client with a real sign-in, whose pair is in `.tokens`."""
    client = Client()
    client.tokens = open_session(user=user, ip_address=ip_address, user_agent="tests")
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {client.tokens.access}")
    return client


def person(**fields: Any) -> User:
    """An account that signs in with PASSWORD, however passwords are hashed here."""
    return UserFactory(password=make_password(PASSWORD), **fields)


def dog(name: str, **fields: Any) -> Profile:
    """A complete dog with an account."""
    return ProfileFactory(name=name, user=fields.pop("user", None) or person(), **fields)


class World:
    """The owner, what is hers, and everybody else."""

    def __init__(self, files: Path, provider: OpenIdProvider) -> None:
        self.files, self.provider = files, provider
        if not Group.objects.filter(name=Role.ADMIN).exists():  # emptied by a test that commits
            import_module("moderation.migrations.0003_roles").make_groups(apps, None)
        self._make_owner()
        self._make_people()
        self._make_things()
        self.callers = {caller.name: caller for caller in self._make_callers()}
        self._link_google()

    def _make_owner(self) -> None:
        user = person(email="the-owner-herself@pupmatch.example")
        self.owner = dog(
            "Ophelia", user=user, photos=3, bio="What she says.", birth_date=BORN,
            location=place(*HOME),
        )  # fmt: skip
        PromptFactory.create_batch(2, profile=self.owner)

    def _make_people(self) -> None:
        self.stranger = dog("Stranger")
        self.matched, self.former = dog("Matched"), dog("Former")
        self.refused, self.refuser = dog("Refused"), dog("Refuser")
        self.blocked, self.blocker = dog("Blocked"), dog("Blocker")
        self.liked, self.admirer, self.passed = dog("Liked"), dog("Admirer"), dog("Passed")
        self.other, self.incomplete = dog("Other"), dog("Incomplete", photos=1)
        self.dogless = person()
        self.staff = {role: self._clerk(role) for role in STAFF}

    def _clerk(self, role: str) -> Profile:
        user = person(is_staff=True, is_superuser=role == SUPERUSER)
        if role in list(Role):
            user.groups.set([Group.objects.get(name=role)])
        return dog(f"Clerk {role}", user=user)

    def _make_things(self) -> None:
        owner, user = self.owner, self.owner.user
        self.matches = {
            other.pk: self._talk(other)
            for other in (self.matched, self.former, self.blocked, self.blocker)
        }
        self.by_account = {match.other(owner).user_id: match for match in self.matches.values()}
        matching.unmatch(match=self.matches[self.former.pk], by=owner)
        blocking.block(blocker=user, blocked=self.blocked)
        blocking.block(blocker=user, blocked=self.refused)
        for one in (self.blocker, self.refuser):
            blocking.block(blocker=one.user, blocked=owner)
        matching.like(liker=owner, liked=self.liked, comment="Between the two of us.")
        matching.like(liker=self.admirer, liked=owner)
        matching.pass_on(passer=owner, passed=self.passed)
        self.photos = list(Photo.objects.filter(profile=owner))
        self.prompt = owner.prompts.first()
        self._make_places()
        self.verification = VerificationFactory(profile=owner)
        self.decision = decided(owner, "warn")
        self.report, _ = report(
            reporter=user, subject_type="profile", subject_id=self.other.pk, reason="spam"
        )
        self.device = device_of(user)

    def _talk(self, other: Profile) -> Match:
        match = matched(self.owner, other)
        for side in match.conversation.participants.order_by("pk"):
            say(side, f"Whispered by {side.profile.name} to {side.other.name}.")
        share(match.conversation.participants.get(profile=self.owner))
        return match

    def _make_places(self) -> None:
        user = self.owner.user
        self.place = PlaygroundFactory(created_by=user, location=point(47.7, -122.2))
        self.held_place = PlaygroundFactory(
            created_by=user, held_at=timezone.now(), name="A place that waits for staff"
        )
        self.favorite = PlaygroundFactory()
        FavoriteFactory(user=user, playground=self.favorite)
        self.review = ReviewFactory(user=user, playground=self.favorite)
        self.held_review = ReviewFactory(
            user=user, playground=self.place, held_at=timezone.now(), text="Words that wait."
        )

    def _make_callers(self) -> list[Caller]:
        user = self.owner.user
        self.owners = signed_in(user, HER_NETWORK)
        with time_machine.travel(timezone.now() - timedelta(hours=1), tick=False):
            expired = signed_in(user)
        ended = signed_in(user)
        user.sessions.filter(user_agent="tests").latest("pk").delete()

        def stands(**columns: Any) -> Callable[[], Any]:
            return lambda: User.objects.filter(pk=user.pk).update(**columns)

        def pause() -> None:
            Profile.objects.filter(pk=self.owner.pk).update(paused_at=timezone.now())

        later = timezone.now() + timedelta(days=3)
        people = {
            "stranger": self.stranger, "matched": self.matched, "former": self.former,
            "refused": self.refused, "refuser": self.refuser, "blocked": self.blocked,
            "blocker": self.blocker, "incomplete": self.incomplete,
            **{f"staff: {role}": clerk for role, clerk in self.staff.items()},
        }  # fmt: skip
        return [
            Caller("owner", self.owners, user),
            Caller("paused", self.owners, user, pause),
            Caller("limited", self.owners, user, stands(limited_until=later)),
            Caller("suspended", self.owners, user, stands(suspended_until=later, is_active=False)),
            Caller("banned", self.owners, user, stands(banned_at=later, is_active=False)),
            Caller("nobody", Client(), None),
            Caller("expired", expired, None),
            Caller("ended", ended, None),
            *(Caller(name, signed_in(one.user), one.user) for name, one in people.items()),
            Caller("no dog", signed_in(self.dogless), self.dogless),
        ]

    def _link_google(self) -> None:
        self.google = Person(
            self.provider, "https://accounts.google.com", "1234", email="hers@gmail.com",
            email_verified=True,
        )  # fmt: skip
        self.apple = Person(
            self.provider, "https://appleid.apple.com", "5678", email="hers@icloud.example",
            email_verified=True,
        )  # fmt: skip
        body = {**self.shown(self.google), "current_password": PASSWORD}
        assert self.owners.post(LINK_GOOGLE, body).status_code == 200

    def shown(self, person: Person) -> dict[str, str]:
        """A new ID token of Google's or Apple's, with its nonce."""
        return shown(Client(), person)

    # What a request names ------------------------------------------------------------------------

    def between(self, caller: Caller) -> Match:
        """What the owner and the caller have with each other; else what is none of their business."""
        theirs = self.by_account.get(caller.user.pk) if caller.user else None
        return theirs or self.matches[self.matched.pk]

    def message(self, caller: Caller, sender: Profile | None = None) -> Message:
        """What the owner (or another) wrote there."""
        talk = self.between(caller).conversation_id
        written = Message.objects.filter(conversation=talk, kind="text")
        return written.get(sender=sender or self.owner)

    @property
    def links(self) -> dict[str, str]:
        """The secrets of mailed links."""
        user = self.owner.user
        return {"reset": reset_token(user), "verify": verification_token(user)}

    @cached_property
    def secrets(self) -> dict[str, str]:
        """What nobody but the owner is ever told, by what it is."""
        user, home = self.owner.user, self.owner.location
        session = user.sessions.first()
        return {
            "her address": user.email,
            "her account": str(user.pk),
            "her address at Google": "hers@gmail.com",
            "when she was born": BORN.isoformat(),
            "her latitude": str(rounded(home.y, 7)),
            "her longitude": str(rounded(home.x, 7)),
            "her network": HER_NETWORK,
            "her sign-in": str(session.pk if session else uuid4()),
            "her installation": str(self.device.installation_id),
            "her push token": self.device.token,
            "her verification": str(self.verification.pk),
            "her document": self.verification.document,
            "what staff decided": str(self.decision.pk),
            "what she reported": str(self.report.pk),
            "a place that is held": self.held_place.name,
            "a review that is held": self.held_review.text,
            "whom she blocked": str(Block.objects.filter(blocker=user).first().pk),
        }
