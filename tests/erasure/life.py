"""Somebody who has used everything there is, and all that was theirs: what to look for afterwards."""

from datetime import timedelta
from typing import Any, NamedTuple
from uuid import uuid4

import time_machine
from allauth.socialaccount.models import SocialAccount
from django.contrib.gis.geos import Point
from django.db.models import Q
from django.utils import timezone

from accounts.models import User, email_digest
from accounts.tests.factories import PASSWORD
from matching.models import Like, Match
from matching.services import like
from messaging.models import Message
from moderation.models import Case
from moderation.tests.desk import case_of, decided
from notifications.tests.factories import device_of, expo_token
from playgrounds.models import Playground
from playgrounds.tests.factories import PlaygroundFactory
from profiles.cells import cell_of
from profiles.models import Profile
from profiles.tests.factories import ProfileFactory, picture, place, upload
from pupmatch.lib.models import LimitedCaller
from realtime.models import Ticket

V1 = "/api/v1/"
# Each of these stands nowhere else in any test's database.
EMAIL, OLD_EMAIL = "ozymandias@traces.example", "percy@traces.example"
NAME, AGENT, ADDRESS = "Ozymandias", "Traveller/7.3 (antique land)", "203.0.113.77"
LATITUDE, LONGITUDE = 12.3456, 98.7654
WORDS = {
    "bio": "Two vast and trunkless legs of stone",
    "held bio": "call me at 206-555-0143",
    "question": "Whose frown is that?",
    "answer": "And wrinkled lip, and sneer of cold command",
    "like": "Look on my works",
    "message": "ye Mighty, and despair",
    "edited": "Nothing beside remains",
    "before the edit": "Round the decay",
    "unsent": "of that colossal wreck",
    "review": "boundless and bare",
    "report": "The lone and level sands",
    "appeal": "stretch far away",
    "playground": "Half sunk a shattered visage lies",
    "description": "whose passions well read survive",
}
INSTALLATION, IDEMPOTENCY_KEY, SUBJECT = str(uuid4()), f"key-{uuid4()}", f"apple-{uuid4()}"


class Life(NamedTuple):
    """Who it was, how to ask as them, and their traces by name."""

    user: User
    profile: Profile
    client: Any
    friend: Profile
    traces: dict[str, str]


class Person:
    """Asks the API as an app does, from one address."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.headers = {"REMOTE_ADDR": ADDRESS, "HTTP_USER_AGENT": AGENT}

    def ask(self, method: str, path: str, body: Any = None, **extra: Any) -> Any:
        """The answer's data; anything but a success fails the test."""
        answer = getattr(self.client, method)(V1 + path, body, **self.headers, **extra)
        assert answer.status_code < 300, (path, answer.content)
        return getattr(answer, "data", None)


def live(api: Any, client_for: Any, run_jobs: Any) -> Life:
    """From the first failed sign-in to the last report, by the API wherever it has a way."""
    me = _arrive(api, run_jobs)
    user = User.objects.get(email=EMAIL)
    _settle(me)
    profile = Profile.objects.get(user=user)
    friend = _meet(me, profile, client_for, run_jobs)
    _explore(me)
    _quarrel(me, profile, friend, client_for)
    _be_told(me, user, run_jobs)
    return Life(user, profile, me.client, friend, _traces(user, profile))


def _arrive(api: Any, run_jobs: Any) -> Person:
    me = Person(api)
    known = {"email": OLD_EMAIL, "password": PASSWORD, "device_id": INSTALLATION}
    for address in (OLD_EMAIL, EMAIL):  # before they have an account
        api.post(f"{V1}auth/token", {**known, "email": address}, **me.headers)
    me.ask("post", "auth/register", known)
    api.post(f"{V1}auth/token", {**known, "password": "wrong"}, **me.headers)
    pair = me.ask("post", "auth/token", known)
    pair = me.ask("post", "auth/token/refresh", {"refresh": pair["refresh"]})
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {pair['access']}")
    me.ask("patch", "me", {"email": EMAIL, "current_password": PASSWORD})
    User.objects.filter(email=EMAIL).update(email_verified_at=timezone.now())
    # Where it is now, somebody guesses on.
    api.post(f"{V1}auth/token", {**known, "email": EMAIL, "password": "wrong"}, **me.headers)
    user = User.objects.get(email=EMAIL)
    SocialAccount.objects.create(
        user=user, provider="apple", uid=SUBJECT, extra_data={"email": EMAIL}
    )
    run_jobs()
    return me


def _settle(me: Person) -> None:
    me.ask("post", "me/profile", {"name": NAME, "age": 3, "bio": WORDS["bio"]})
    for n in range(3):
        image = {"image": upload(picture(900 + n, 700))}
        key = {"HTTP_IDEMPOTENCY_KEY": f"{IDEMPOTENCY_KEY}-{n}"}
        me.ask("post", "me/photos", image, format="multipart", **key)
    me.ask("put", "me/location", {"latitude": LATITUDE, "longitude": LONGITUDE})
    me.ask("put", "me/location", {"latitude": LATITUDE, "longitude": LONGITUDE + 0.2})
    prompt = {"question": WORDS["question"], "answer": WORDS["answer"]}
    me.ask("put", "me/prompts", {"prompts": [prompt]})
    me.ask("patch", "me/preferences", {"max_age": 9, "max_distance": 499})
    me.ask("post", "me/pause")
    me.ask("delete", "me/pause")
    for kind in ("vaccination", "photo"):
        shown = {"document": upload(picture(800, 1000)), "kind": kind}
        me.ask("post", "me/verifications", shown, format="multipart")


def _neighbour() -> Profile:
    return ProfileFactory(location=place(LATITUDE + 0.5, LONGITUDE), preferences__max_distance=500)


def _meet(me: Person, profile: Profile, client_for: Any, run_jobs: Any) -> Profile:
    friend, liked, admirer, other, passer = (_neighbour() for _ in range(5))
    them = client_for(friend.user)
    device_of(liked.user)
    me.ask("get", "deck")
    them.get(f"{V1}deck")
    me.ask("post", "likes", {"profile_id": friend.pk, "comment": WORDS["like"]})
    assert them.post(f"{V1}likes", {"profile_id": profile.pk}).status_code == 201
    me.ask("post", "likes", {"profile_id": liked.pk, "comment": WORDS["like"]})
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        run_jobs(raising=False)  # which tells them of it, and finds nobody to push it
    me.ask("post", "passes", {"profile_id": other.pk})
    client_for(passer.user).post(f"{V1}passes", {"profile_id": profile.pk})
    for each in (other, passer):  # who have an account without a dog from now on
        assert client_for(each.user).delete(f"{V1}me/profile").status_code == 204
    like(liker=admirer, liked=profile, comment="Hello there")
    talk = f"conversations/{Match.objects.get(ended_at=None).conversation_id}"
    texts = ("message", "before the edit", "unsent")
    ids = [
        me.ask("post", f"{talk}/messages", {"client_id": uuid4(), "body": WORDS[text]})["id"]
        for text in texts
    ]
    me.ask("patch", f"messages/{ids[1]}", {"body": WORDS["edited"]})
    me.ask("delete", f"messages/{ids[2]}")
    sent = them.post(f"{V1}{talk}/messages", {"client_id": uuid4(), "body": "Who are you?"})
    assert sent.status_code == 201
    them.post(f"{V1}{talk}/read", {"position": 9})
    me.ask("post", f"{talk}/read", {"position": 9})
    me.ask("get", "messages/search?q=mighty")
    former = _neighbour()
    like(liker=former, liked=profile)
    match = me.ask("post", "likes", {"profile_id": former.pk})["match"]
    me.ask("delete", f"matches/{match['id']}")
    return friend


def _explore(me: Person) -> None:
    run = PlaygroundFactory()
    me.ask("put", f"playgrounds/{run.pk}/favorite")
    me.ask("put", f"playgrounds/{run.pk}/review", {"stars": 2, "text": WORDS["review"]})
    me.ask(
        "post",
        "playgrounds",
        {
            "name": WORDS["playground"],
            "description": WORDS["description"],
            "location": {"latitude": 1.5, "longitude": 2.5},
        },
        HTTP_IDEMPOTENCY_KEY=IDEMPOTENCY_KEY,
    )


def _quarrel(me: Person, profile: Profile, friend: Profile, client_for: Any) -> None:
    """Reports, findings, decisions and blocks, made and received."""
    them, bully = client_for(friend.user), ProfileFactory()
    said = Message.objects.get(body=WORDS["message"])
    about = {"subject_type": "message", "subject_id": said.pk, "reason": "harassment"}
    assert them.post(f"{V1}reports", about).status_code == 201
    mine = {"subject_type": "profile", "subject_id": friend.pk, "reason": "spam"}
    me.ask("post", "reports", {**mine, "text": WORDS["report"]})
    case = Case.objects.get(about=profile.user, closed_at=None)
    decided(profile, "warn", case=case, statement="Be kind.")
    me.ask("patch", "me/profile", {"bio": WORDS["held bio"]})
    decided(profile, "limit", case=case_of(profile, reporter=bully.user), days=30)
    [decision, *_] = me.ask("get", "me/decisions")["results"]
    me.ask("post", f"me/decisions/{decision['id']}/appeal", {"text": WORDS["appeal"]})
    me.ask("put", f"blocks/{bully.pk}")
    client_for(ProfileFactory().user).put(f"{V1}blocks/{profile.pk}")


def _be_told(me: Person, user: User, run_jobs: Any) -> None:
    """A device, wishes, a push that fails, a digest, a ticket, an export."""
    device = {
        "provider": "expo", "token": expo_token(), "platform": "ios", "time_zone": "Asia/Riyadh",
        "locale": "ar-EG",
    }  # fmt: skip
    me.ask("put", f"me/devices/{INSTALLATION}", device)
    wishes = {"kinds": {"new_like": {"email": True}}, "time_zone": "Asia/Riyadh"}
    me.ask("patch", "me/notification-preferences", wishes)
    like(liker=ProfileFactory(), liked=user.profile)
    run_jobs(raising=False)
    me.ask("post", "realtime/ticket")
    me.ask("get", "events")
    me.ask("post", "me/export")
    run_jobs(raising=False)
    # One under way, beside the one that waits to be sent.
    me.ask("post", "auth/email/resend")
    now = timezone.now()
    LimitedCaller.objects.create(
        key="like of theirs", scope="like", kind="person", caller=str(user.pk), user=user,
        allowed=120, seconds=60, refusals=1, windows=1, since=now, window_ends_at=now,
    )  # fmt: skip


def _traces(user: User, profile: Profile) -> dict[str, str]:
    device, now = user.devices.get(), timezone.now()
    sessions = {f"sign-in {n}": str(row.pk) for n, row in enumerate(user.sessions.all())}
    files = {
        f"photo {photo.position} {size}": getattr(photo, size).name.rpartition("/")[2]
        for photo in profile.photos.all()
        for size in ("small", "medium", "large")
    }
    documents = profile.verifications.exclude(document="").values_list("document", flat=True)
    files |= {f"document {n}": _last(name) for n, name in enumerate(documents)}
    assert profile.location_shows_at > now - timedelta(minutes=1)
    return {
        "account": str(user.pk),
        "profile": str(profile.pk),
        "address": EMAIL,
        "old address": OLD_EMAIL,
        "digest": email_digest(EMAIL),
        "old digest": email_digest(OLD_EMAIL),
        "name": NAME,
        "password": user.password,
        "network address": ADDRESS,
        "client": AGENT,
        "installation": INSTALLATION,
        "push token": device.token,
        "token digest": device.token_digest,
        "ticket": Ticket.objects.get(session__user=user).digest,
        "provider's id": SUBJECT,
        "idempotency key": IDEMPOTENCY_KEY,
        "place": _wkb(Point(LONGITUDE, LATITUDE, srid=4326)),
        "next place": _wkb(Point(LONGITUDE + 0.2, LATITUDE, srid=4326)),
        "export": _last(user.export.name),
        "added place": str(Playground.objects.get(created_by=user).pk),
        "match": str(Match.objects.get(Q(low=profile) | Q(high=profile), ended_at=None).pk),
        "like's id": str(Like.objects.get(liker=profile, liked__user__devices__isnull=False).pk),
        "message's id": str(Message.objects.get(sender=profile, body=WORDS["message"]).pk),
        "report's id": str(user.reports_made.get().pk),
        "time zone": "Asia/Riyadh",
        **WORDS,
        **sessions,
        **files,
    }


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _wkb(point: Point) -> str:
    return cell_of(point).centre.hexewkb.decode()
