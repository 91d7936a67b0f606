"""Ways round to what is somebody else's: ids in bodies, cursors, keys, links, addresses of files."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.links import reset_token, verification_token
from exports import services as exports
from exports.models import Export
from messaging.models import Message
from notifications.digests import unsubscribe_token
from notifications.models import Device, NotificationPreferences, preferences_of
from notifications.tests.factories import expo_token
from playgrounds.models import Playground
from profiles.models import Photo
from profiles.tests.factories import upload
from pupmatch.lib import private
from tests.access.asks import ASKS, Ask, path_of, send
from tests.access.changes import back_again, undone
from tests.access.operations import BASE, operations
from tests.access.shapes import paged
from tests.access.world import World

pytestmark = pytest.mark.django_db

PLACE = {"name": "Run", "location": {"latitude": 47.6, "longitude": -122.3}}
PHONE = {"provider": "expo", "platform": "ios", "time_zone": "UTC", "locale": "en-US"}


def codes(answer):
    """Status, code, and what is wrong with which field."""
    said = answer.json()
    wrong = {(error["pointer"], error["code"]) for error in said.get("errors", [])}
    return answer.status_code, said["code"], wrong


def got(client, path):
    """The status, and what is in the file."""
    answer = client.get(path)
    return answer.status_code, b"".join(answer)


# Ids in bodies -----------------------------------------------------------------------------------


def test_a_reply_is_to_a_message_of_the_same_conversation(world: World):
    """Whether the other one is mine, somebody else's or nobody's."""
    owner, talk = world.owners, world.matches[world.matched.pk].conversation_id
    with undone() as wrote:
        of_hers = Message.objects.filter(
            conversation=world.matches[world.former.pk].conversation_id
        )
        said = {
            codes(
                owner.post(
                    f"{BASE}/conversations/{talk}/messages",
                    {"client_id": str(uuid4()), "body": "Yes!", "reply_to": str(other)},
                )
            )[:2]
            for other in (of_hers.first().pk, uuid4())
        }
        wrote.look()
    assert said == {(400, "unknown_reply_to")}
    assert wrote.tables == set()


def test_a_held_place_cannot_be_shared_by_others_nor_told_from_none(world: World):
    matched = world.callers["matched"]
    talk = world.matches[world.matched.pk].conversation_id
    with undone() as wrote:
        said = {
            codes(
                matched.client.post(
                    f"{BASE}/conversations/{talk}/messages",
                    {"client_id": str(uuid4()), "playground_id": str(place)},
                )
            )[:2]
            for place in (world.held_place.pk, uuid4())
        }
        wrote.look()
    assert said == {(400, "unknown_playground")}
    assert wrote.tables == set()


def test_photos_of_somebody_else_cannot_be_ordered_among_ones_own(world: World):
    mine = list(Photo.objects.filter(profile=world.stranger).values_list("pk", flat=True))
    for ids in ([*mine, world.photos[0].pk], [mine[0], world.photos[0].pk]):
        with undone() as wrote:
            body = {"ids": [str(pk) for pk in ids]}
            answer = world.callers["stranger"].client.put(f"{BASE}/me/photos/order", body)
            wrote.look()
        assert answer.status_code == 400
        assert wrote.tables == set()


# Cursors, keys and tags --------------------------------------------------------------------------

LISTS = [name for name in ASKS if paged(name) and (name.endswith("/messages") or "{" not in name)]


def test_a_cursor_is_good_for_the_person_and_list_that_it_was_made_for(world: World):
    tried = set()
    for name in LISTS:
        ask, operation = ASKS[name](world, world.callers["owner"]), operations()[name]
        first = world.owners.get(path_of(operation, ask._replace(query=_with_limit(ask))))
        cursor = re.search(r"cursor=([^&]+)", first.json()["next"] or "")
        if cursor is None:
            continue
        query = f"{_with_limit(ask)}&cursor={cursor[1]}"
        assert world.owners.get(path_of(operation, ask._replace(query=query))).status_code == 200
        for caller in ("stranger", "matched"):
            asked = ASKS[name](world, world.callers[caller])._replace(query=query)
            answer = world.callers[caller].client.get(path_of(operation, asked))
            assert codes(answer)[:2] in {(400, "invalid"), (404, "not_found")}, (name, caller)
        other = next(each for each in LISTS if each != name and "{" not in each)
        elsewhere = world.owners.get(f"{operations()[other].path}?limit=1&cursor={cursor[1]}")
        assert codes(elsewhere) == (400, "invalid", {("/cursor", "invalid")}), name
        tried.add(name)
    assert len(tried) >= 8, tried


def _with_limit(ask: Ask) -> str:
    return f"{ask.query}{'&' if ask.query else '?'}limit=1"


def test_an_idempotency_key_is_ones_own(world: World):
    with back_again():
        ask, made = Ask(body=PLACE, headers={"Idempotency-Key": "same"}), []
        for caller in ("owner", "stranger", "owner"):
            answer = send("POST /playgrounds", ask, world.callers[caller])
            assert answer.status_code == 201
            made.append(answer.json()["id"])
        assert made[0] == made[2] != made[1]
        assert str(Playground.objects.get(pk=made[1]).created_by_id) == str(world.stranger.user_id)


def test_anothers_etag_says_nothing(world: World):
    for path in ("/me", "/me/profile", "/conversations", "/matches", "/me/preferences"):
        tag = world.owners.get(BASE + path)["ETag"]
        headers = {"If-None-Match": tag}
        assert world.owners.get(BASE + path, headers=headers).status_code == 304
        stranger = world.callers["stranger"].client.get(BASE + path, headers=headers)
        assert stranger.status_code == 200 or path == "/me/preferences", path


def test_nobody_finds_what_others_write_to_each_other(world: World):
    for caller in ("stranger", "refused", "staff: Superuser"):
        found = world.callers[caller].client.get(f"{BASE}/messages/search?q=whispered").json()
        assert found["results"] == []


# Devices -----------------------------------------------------------------------------------------


def test_an_installation_of_somebody_else_stays_theirs(world: World):
    """Ids of installations are no secrets: whoever says one registers a device of their own."""
    path = f"{BASE}/me/devices/{world.device.installation_id}"
    before = Device.objects.filter(pk=world.device.pk).values().get()
    stranger = world.callers["stranger"].client
    with back_again():
        assert stranger.put(path, {**PHONE, "token": expo_token()}).status_code == 201
        assert Device.objects.filter(pk=world.device.pk).values().get() == before
        own = Device.objects.get(user=world.stranger.user_id)
        assert own.token != world.device.token
        assert stranger.delete(path).status_code == 204
        assert stranger.delete(path).status_code == 404
        assert Device.objects.filter(pk=world.device.pk).values().get() == before


def test_a_token_of_a_telephone_that_changed_hands_is_never_two_peoples(world: World):
    """It takes the token itself, which is nobody's to know but the telephone's."""
    path = f"{BASE}/me/devices/{uuid4()}"
    with back_again():
        body = {**PHONE, "token": world.device.token}
        assert world.callers["stranger"].client.put(path, body).status_code == 201
        owners = list(
            Device.objects.filter(token=world.device.token).values_list("user", flat=True)
        )
        assert owners == [world.stranger.user_id]


# Links and addresses of files --------------------------------------------------------------------


def test_a_link_of_one_kind_opens_nothing_of_another(world: World):
    user, api = world.owner.user, world.callers["nobody"].client
    links = {
        "reset": reset_token(user), "verify": verification_token(user),
        "unsubscribe": unsubscribe_token(user.pk), "ticket": "x" * 43,
        "private": signing.dumps(world.verification.document, salt=private.SALT),
        "access": world.owners.tokens.access, "refresh": world.owners.tokens.refresh,
    }  # fmt: skip
    for kind, token in links.items():
        with undone() as wrote:
            answers = {
                "reset": api.post(
                    f"{BASE}/auth/password/reset/confirm",
                    {"token": token, "password": "three long walks"},
                ),
                "verify": api.post(f"{BASE}/auth/email/verify", {"token": token}),
                "refresh": api.post(f"{BASE}/auth/token/refresh", {"refresh": token}),
                "unsubscribe": api.post(f"{BASE}/notifications/unsubscribe?token={token}"),
                "private": api.get(f"/private/{token}"),
                "access": api.get(f"{BASE}/me", headers={"Authorization": f"Bearer {token}"}),
            }
            opened = {name for name, answer in answers.items() if answer.status_code < 400}
            for answer in answers.values():
                b"".join(answer)
            wrote.look()
        assert opened == {kind} & set(answers), kind


def test_a_link_that_ends_mail_ends_that_of_its_person_alone(world: World):
    with back_again():
        for user in (world.owner.user, world.stranger.user):
            NotificationPreferences.objects.update_or_create(
                user=user, defaults={"mailed": ["new_like"]}
            )
        link = f"{BASE}/notifications/unsubscribe?token={unsubscribe_token(world.owner.user_id)}"
        assert world.callers["stranger"].client.post(link).status_code == 200
        people = {world.owner.user_id, world.stranger.user_id}
        mailed = {pk: each.mailed for pk, each in preferences_of(people).items()}
        assert mailed == {world.owner.user_id: [], world.stranger.user_id: ["new_like"]}


def test_a_document_is_shown_for_five_minutes_and_while_it_is_there(world: World):
    api = world.callers["nobody"].client
    with back_again():
        shown = send(
            "POST /me/verifications",
            Ask(body={"kind": "photo", "document": upload()}),
            world.callers["owner"],
        ).json()
        path = shown["document"].removeprefix("http://testserver")
        assert got(api, path)[1].startswith(b"RIFF")
        assert api.get(path[:-1] + ("A" if path[-1] != "A" else "B")).status_code == 404
        with time_machine.travel(timezone.now() + timedelta(minutes=5, seconds=2)):
            assert api.get(path).status_code == 404
        fresh = world.owners.get(f"{BASE}/me/verifications/{shown['id']}").json()["document"]
        assert world.owners.delete(f"{BASE}/me/verifications/{shown['id']}").status_code == 204
        assert api.get(fresh.removeprefix("http://testserver")).status_code == 404


def test_a_photo_that_was_removed_is_gone_from_its_address(world: World):
    with back_again():
        photo = send(
            "POST /me/photos", Ask(body={"image": upload()}), world.callers["owner"]
        ).json()
        paths = [url.removeprefix("http://testserver") for url in photo["renditions"].values()]
        assert {got(world.owners, path)[0] for path in paths} == {200}
        assert world.owners.delete(f"{BASE}/me/photos/{photo['id']}").status_code == 204
        assert {got(world.owners, path)[0] for path in paths} == {404}


def test_private_files_have_no_public_address(world: World):
    with back_again():
        exports.prepare(export_id=exports.ask(user=world.owner.user).pk)
        names = [Export.objects.get(user=world.owner.user).name, world.verification.document]
        default_storage.save("photos/seen.webp", ContentFile(b"seen"))
        assert got(world.owners, "/media/photos/seen.webp") == (200, b"seen")
        for name in names:
            plain = name.removeprefix("private:")
            for path in (
                name,
                plain,
                f"../private/{plain}",
                f"%2e%2e/private/{plain}",
                f"/{plain}",
            ):
                assert got(world.owners, f"/media/{path}")[0] in (301, 302, 400, 404), path
            # The name is worth nothing without the signature.
            assert got(world.owners, f"/private/{name}")[0] == 404
