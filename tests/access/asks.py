"""One valid request of every operation, with the ids of somebody else's things in it.

A new operation needs a line here and a row in docs/access.md, a new shape or body a row there, too. What follows the operation's
name after ` · ` tells several requests of one operation apart.
"""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import uuid4

from django.utils import timezone

from accounts.tests.factories import PASSWORD
from exports import services as exports
from notifications.tests.factories import expo_token
from profiles.models import Profile
from profiles.tests.factories import upload
from tests.access.operations import Operation, operations
from tests.access.world import Caller, World

NEW_PASSWORD = "three long walks a day"


class Ask(NamedTuple):
    """What is asked for: the gaps of the address, the body, and what must be so before."""

    gap: Any = None
    body: Any = None
    query: str = ""
    before: Callable[[], Any] = lambda: None
    headers: dict[str, str] = {}


Asks = dict[str, Callable[[World, Caller], Ask]]


def _nothing(world: World, caller: Caller) -> Ask:
    return Ask()


def _body(**fields: Any) -> Callable[[World, Caller], Ask]:
    return lambda world, caller: Ask(body=fields)


def _message(world: World, caller: Caller, **fields: Any) -> Ask:
    talk = world.between(caller).conversation_id
    return Ask(talk, {"client_id": str(uuid4()), **fields})


def _report(what: str, which: Callable[[World, Caller], Any]) -> Callable[[World, Caller], Ask]:
    return lambda world, caller: Ask(
        body={"subject_type": what, "subject_id": str(which(world, caller)), "reason": "spam"}
    )


def _device() -> dict[str, str]:
    return {
        "provider": "expo", "token": expo_token(), "platform": "ios", "time_zone": "UTC",
        "locale": "en-US",
    }  # fmt: skip


def _hide(world: World) -> Callable[[], Any]:
    """Her dog is in nobody's deck."""
    dog = Profile.objects.filter(pk=world.owner.pk)
    return lambda: dog.update(paused_at=timezone.now())


def _prepared(world: World) -> None:
    exports.prepare(export_id=exports.ask(user=world.owner.user).pk)


def _without_dog(world: World) -> Callable[[], Any]:
    return lambda: Profile.objects.filter(pk=world.owner.pk).delete()


ASKS: Asks = {
    # Sign-ins and the account
    "POST /auth/register": _body(email="new@pupmatch.example", password=NEW_PASSWORD),
    "POST /auth/token": lambda w, c: Ask(body={"email": w.owner.user.email, "password": PASSWORD}),
    "POST /auth/token/refresh": lambda w, c: Ask(body={"refresh": w.owners.tokens.refresh}),
    "POST /auth/logout": _nothing,
    "POST /auth/logout-all": _nothing,
    "POST /auth/password/reset": lambda w, c: Ask(body={"email": w.owner.user.email}),
    "POST /auth/password/reset/confirm": lambda w, c: Ask(
        body={"token": w.links["reset"], "password": NEW_PASSWORD}
    ),
    "POST /auth/password/change": _body(current_password=PASSWORD, password=NEW_PASSWORD),
    "POST /auth/email/verify": lambda w, c: Ask(body={"token": w.links["verify"]}),
    "POST /auth/email/resend": _nothing,
    "GET /auth/sessions": _nothing,
    "DELETE /auth/sessions/{id}": lambda w, c: Ask(w.owner.user.sessions.first().pk),
    "GET /auth/sign-ins": _nothing,
    "POST /auth/social/nonce": _nothing,
    "POST /auth/social/{provider}": lambda w, c: Ask("google", w.shown(w.google)),
    "GET /me/social": _nothing,
    "POST /me/social/{provider}": lambda w, c: Ask(
        "apple", {**w.shown(w.apple), "current_password": PASSWORD}
    ),
    "POST /me/social/{provider} · hers": lambda w, c: Ask(
        "google", {**w.shown(w.google), "current_password": PASSWORD}
    ),
    "DELETE /me/social/{provider}": lambda w, c: Ask("google"),
    "GET /me": _nothing,
    "PATCH /me": _body(email="moved@pupmatch.example", current_password=PASSWORD),
    "DELETE /me": _body(password=PASSWORD),
    "POST /me/export": _nothing,
    "GET /me/export": lambda w, c: Ask(before=lambda: _prepared(w)),
    # The dog
    "GET /me/profile": _nothing,
    "POST /me/profile": lambda w, c: Ask(body={"name": "Pickle", "age": 3}, before=_without_dog(w)),
    "PATCH /me/profile": _body(bio="Never says no to a stick."),
    "DELETE /me/profile": _nothing,
    "PUT /me/prompts": _body(prompts=[{"question": "Best toy?", "answer": "Sticks."}]),
    "POST /me/photos": lambda w, c: Ask(body={"image": upload()}),
    "PUT /me/photos/order": lambda w, c: Ask(
        body={"ids": [str(photo.pk) for photo in w.photos[::-1]]}
    ),
    "DELETE /me/photos/{id}": lambda w, c: Ask(w.photos[0].pk),
    "PUT /me/location": _body(latitude=52.52, longitude=13.405),
    "DELETE /me/location": _nothing,
    "POST /me/pause": _nothing,
    "DELETE /me/pause": _nothing,
    "GET /me/preferences": _nothing,
    "PATCH /me/preferences": _body(max_age=9),
    "GET /breeds": _nothing,
    "GET /prompt-suggestions": _nothing,
    "POST /me/verifications": lambda w, c: Ask(body={"kind": "photo", "document": upload()}),
    "GET /me/verifications": _nothing,
    "GET /me/verifications/{id}": lambda w, c: Ask(w.verification.pk),
    "DELETE /me/verifications/{id}": lambda w, c: Ask(w.verification.pk),
    # Others
    "GET /profiles/{id}": lambda w, c: Ask(w.owner.pk),
    "GET /profiles/{id} · who pauses": lambda w, c: Ask(w.owner.pk, before=_hide(w)),
    "GET /deck": _nothing,
    "GET /deck/hints": _nothing,
    "POST /likes": lambda w, c: Ask(body={"profile_id": str(w.other.pk)}),
    "POST /likes · hers": lambda w, c: Ask(body={"profile_id": str(w.owner.pk)}),
    "POST /likes · hers, who pauses": lambda w, c: Ask(
        body={"profile_id": str(w.owner.pk)}, before=_hide(w)
    ),
    "DELETE /likes/{profile_id}": lambda w, c: Ask(w.liked.pk),
    "GET /likes/received": _nothing,
    "GET /likes/sent": _nothing,
    "POST /passes": lambda w, c: Ask(body={"profile_id": str(w.other.pk)}),
    "POST /passes · hers": lambda w, c: Ask(body={"profile_id": str(w.owner.pk)}),
    "GET /passes": _nothing,
    "DELETE /passes/{profile_id}": lambda w, c: Ask(w.passed.pk),
    "GET /matches": _nothing,
    "GET /matches/{id}": lambda w, c: Ask(w.between(c).pk),
    "GET /matches/{id}/meeting-points": lambda w, c: Ask(w.between(c).pk),
    "DELETE /matches/{id}": lambda w, c: Ask(w.between(c).pk),
    # What people write to each other
    "GET /conversations": _nothing,
    "GET /conversations/{id}": lambda w, c: Ask(w.between(c).conversation_id),
    "DELETE /conversations/{id}": lambda w, c: Ask(w.between(c).conversation_id),
    "GET /conversations/{id}/messages": lambda w, c: Ask(w.between(c).conversation_id),
    "POST /conversations/{id}/messages": lambda w, c: _message(w, c, body="Park at five?"),
    "POST /conversations/{id}/messages · a place": lambda w, c: _message(
        w, c, playground_id=str(w.place.pk)
    ),
    "POST /conversations/{id}/messages · a reply": lambda w, c: _message(
        w, c, body="Yes!", reply_to=str(w.message(c).pk)
    ),
    "POST /conversations/{id}/read": lambda w, c: Ask(
        w.between(c).conversation_id, {"position": 2}
    ),
    "PATCH /messages/{id}": lambda w, c: Ask(w.message(c).pk, {"body": "Park at six?"}),
    "DELETE /messages/{id}": lambda w, c: Ask(w.message(c).pk),
    "GET /messages/search": lambda w, c: Ask(query="?q=whispered"),
    # Places
    "GET /playgrounds": _nothing,
    "GET /playgrounds · around": lambda w, c: Ask(query="?near=47.7,-122.2"),
    "POST /playgrounds": _body(name="Run", location={"latitude": 47.6, "longitude": -122.3}),
    "GET /playgrounds/{id}": lambda w, c: Ask(w.place.pk),
    "GET /playgrounds/{id} · held": lambda w, c: Ask(w.held_place.pk),
    "PATCH /playgrounds/{id}": lambda w, c: Ask(w.place.pk, {"description": "Muddy."}),
    "PATCH /playgrounds/{id} · held": lambda w, c: Ask(w.held_place.pk, {"description": "Mud."}),
    "DELETE /playgrounds/{id}": lambda w, c: Ask(w.place.pk),
    "DELETE /playgrounds/{id} · held": lambda w, c: Ask(w.held_place.pk),
    "PUT /playgrounds/{id}/favorite": lambda w, c: Ask(w.place.pk),
    "PUT /playgrounds/{id}/favorite · held": lambda w, c: Ask(w.held_place.pk),
    "DELETE /playgrounds/{id}/favorite": lambda w, c: Ask(w.favorite.pk),
    "DELETE /playgrounds/{id}/favorite · held": lambda w, c: Ask(w.held_place.pk),
    "GET /me/favorites": _nothing,
    "GET /playgrounds/{playground}/review": lambda w, c: Ask(w.favorite.pk),
    "PUT /playgrounds/{playground}/review": lambda w, c: Ask(w.place.pk, {"stars": 5}),
    "PUT /playgrounds/{playground}/review · held": lambda w, c: Ask(w.held_place.pk, {"stars": 5}),
    "DELETE /playgrounds/{playground}/review": lambda w, c: Ask(w.favorite.pk),
    "GET /playgrounds/{playground}/reviews": lambda w, c: Ask(w.favorite.pk),
    "GET /playgrounds/{playground}/reviews · held": lambda w, c: Ask(w.held_place.pk),
    # Being told
    "GET /events": _nothing,
    "POST /realtime/ticket": _nothing,
    "GET /me/devices": _nothing,
    "PUT /me/devices/{installation_id}": lambda w, c: Ask(w.device.installation_id, _device()),
    "DELETE /me/devices/{installation_id}": lambda w, c: Ask(w.device.installation_id),
    "GET /me/web-push-key": _nothing,
    "GET /me/notification-preferences": _nothing,
    "PATCH /me/notification-preferences": _body(previews=False),
    # Safety
    "GET /blocks": _nothing,
    "PUT /blocks/{profile_id}": lambda w, c: Ask(w.other.pk),
    "PUT /blocks/{profile_id} · her": lambda w, c: Ask(w.owner.pk),
    "DELETE /blocks/{profile_id}": lambda w, c: Ask(w.blocked.pk),
    "DELETE /blocks/{profile_id} · hers": lambda w, c: Ask(w.owner.pk),
    "GET /reports": _nothing,
    "POST /reports": _report("profile", lambda w, c: w.liked.pk),
    "POST /reports · her": _report("profile", lambda w, c: w.owner.pk),
    "POST /reports · a photo": _report("photo", lambda w, c: w.photos[1].pk),
    "POST /reports · a prompt": _report("prompt", lambda w, c: w.prompt.pk),
    "POST /reports · a message": _report("message", lambda w, c: w.message(c).pk),
    "POST /reports · a place": _report("playground", lambda w, c: w.place.pk),
    "POST /reports · a held place": _report("playground", lambda w, c: w.held_place.pk),
    "POST /reports · a review": _report("review", lambda w, c: w.review.pk),
    "POST /reports · a held review": _report("review", lambda w, c: w.held_review.pk),
    "GET /me/decisions": _nothing,
    "GET /me/decisions/{id}": lambda w, c: Ask(w.decision.pk),
    "POST /me/decisions/{id}/appeal": lambda w, c: Ask(w.decision.pk, {"text": "It was not me."}),
}


def operation_of(name: str) -> Operation:
    """Which operation a request is of."""
    return operations()[name.partition(" · ")[0]]


def path_of(operation: Operation, ask: Ask) -> str:
    """The address with the id in its gap."""
    before, _, rest = operation.path.partition("{")
    _, _, after = rest.partition("}")
    return f"{before}{ask.gap if rest else ''}{after}{ask.query}"


def send(name: str, ask: Ask, caller: Caller) -> Any:
    """The answer to it."""
    operation = operation_of(name)
    body = {"format": "multipart"} if operation.is_multipart else {"format": "json"}
    if ask.body is not None:
        body["data"] = ask.body
    method = getattr(caller.client, operation.method.lower())
    return method(path_of(operation, ask), headers=ask.headers, **body)
