"""openapi.yaml says what is answered: the kinds of events, and the examples."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from accounts.credentials import move_account
from exports import services as exports
from matching import services as matching
from messaging import receipts
from messaging import services as messaging
from messaging.models import Participant
from messaging.tests.factories import say, share
from moderation import appeals
from moderation.models import Case
from moderation.tests.desk import case_of, decided
from profiles.models import MAX_PROMPTS
from profiles.tests.factories import ProfileFactory
from pupmatch.lib import schema_view
from pupmatch.lib.schema_view import SchemaView
from realtime.kinds import KINDS
from tests.access.shapes import wrong_fields
from verification import deciding
from verification.tests.factories import VerificationFactory

# Those that came with the stream; every one of them shows an example.
SHOWN = {
    "events_retrieve", "realtime_ticket_create", "me_devices_list", "me_devices_update",
    "me_web_push_key_retrieve", "me_notification_preferences_retrieve",
    "me_notification_preferences_partial_update", "messages_partial_update", "messages_destroy",
    "messages_search", "conversations_read_create",
}  # fmt: skip


@cache
def document() -> dict[str, Any]:
    """openapi.yaml, whose schemas JSON Schema understands once `nullable` is said otherwise."""
    text = (settings.BASE_DIR / "openapi.yaml").read_text(encoding="utf-8")
    return as_json_schema(yaml.safe_load(text))


def as_json_schema(part: Any) -> Any:
    if isinstance(part, list):
        return [as_json_schema(each) for each in part]
    if not isinstance(part, dict):
        return part
    plain = {key: as_json_schema(value) for key, value in part.items() if key != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if part.get("nullable") is True else plain


def check(value: Any, schema: dict[str, Any]) -> None:
    Draft202012Validator({**schema, "components": document()["components"]}).validate(value)


def operations() -> Iterator[dict[str, Any]]:
    for path in document()["paths"].values():
        yield from path.values()


def bodies(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for body in (operation.get("requestBody", {}), *operation["responses"].values()):
        yield from body.get("content", {}).values()


def test_every_example_is_what_the_schema_says():
    shown = set()
    for operation in operations():
        for body in bodies(operation):
            for example in body.get("examples", {}).values():
                check(example["value"], body["schema"])
                shown.add(operation["operationId"])
    assert shown >= SHOWN


def test_a_list_says_how_many_it_may_hold():
    prompts = document()["components"]["schemas"]["PromptsRequest"]["properties"]["prompts"]
    assert prompts["maxItems"] == MAX_PROMPTS


# Kinds of events ----------------------------------------------------------------------------------


def sources() -> Iterator[str]:
    """Of every room's modules that publish."""
    for path in settings.BASE_DIR.glob("*/**/*.py"):
        parts = path.relative_to(settings.BASE_DIR).parts
        if not {"tests", "migrations"} & set(parts) and not parts[0].startswith("."):
            text = path.read_text(encoding="utf-8")
            if re.search(r"^from events\.publishing import .*\bpublish\b", text, re.MULTILINE):
                yield text


def published() -> set[str]:
    words = {
        node.value
        for source in sources()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {word for word in words if re.fullmatch(r"[a-z]+\.[a-z_]+", word)}


def test_every_kind_that_is_published_is_described():
    assert published() == set(KINDS)
    assert set(document()["components"]["schemas"]["Event"]["discriminator"]["mapping"]) == set(
        KINDS
    )


def test_the_documentation_names_every_kind():
    table = (Path(settings.BASE_DIR) / "docs" / "realtime.md").read_text(encoding="utf-8")
    for kind in KINDS:
        room, _, what = kind.partition(".")
        assert f"`{kind}`" in table or (f"`{room}." in table and f"`.{what}`" in table), kind


def told(client, after: int = 0) -> dict[int, dict]:
    """What the stream tells now, by position, all of it as the schema and docs/access.md say."""
    page = client.get("/api/v1/events", {"after": after}).json()
    check(page, {"$ref": "#/components/schemas/EventPage"})
    assert wrong_fields(page, "GET /events") == []
    for event in page["events"]:
        # By its own kind's shape: `oneOf` alone would not say what is wrong.
        mapping = document()["components"]["schemas"]["Event"]["discriminator"]["mapping"]
        check(event, {"$ref": mapping[event["type"]]})
    return {event["position"]: event for event in page["events"]}


@pytest.mark.django_db
def test_events_are_what_the_schema_says_before_and_after_what_they_tell_of_is_gone(client_for):
    me, them = ProfileFactory(), ProfileFactory()
    mine, theirs = client_for(me.user), client_for(them.user)
    client_for(me.user).post("/api/v1/auth/logout")
    move_account(user=me.user, email="moved@pupmatch.example")
    exports.prepare(export_id=exports.ask(user=me.user).pk)
    matching.like(liker=them, liked=me)
    fresh = told(mine)
    match, _ = matching.like(liker=me, liked=them)
    sides = Participant.objects.filter(conversation=match.conversation_id)
    my_side, their_side = sides.get(profile=me), sides.get(profile=them)
    first = say(their_side)
    share(my_side)
    fresh |= told(mine) | {-position: event for position, event in told(theirs, after=1).items()}
    messaging.edit(message=first, body="Hello there!")
    messaging.unsend(message=first)
    receipts.acknowledge(user_id=me.user_id, position=max(told(mine)))
    receipts.mark_read(participant=my_side, position=1)
    both = [told(mine), told(theirs)]
    messaging.delete_for_me(participant=my_side)
    matching.unmatch(match=match, by=them)
    both += [told(mine), told(theirs)]
    shown = VerificationFactory(profile=me, kind="photo")
    deciding.confirm(verification=shown, by=them.user)
    both += [told(mine)]
    verdict = decided(them, "warn", case=case_of(them, reporter=me.user))
    appeals.appeal(decision=verdict, by_person=them.user, text="It was not me.")
    both += [told(mine), told(theirs)]
    Case.objects.all().delete()
    both += [told(mine), told(theirs)]
    kinds = {event["type"] for each in (fresh, *both) for event in each.values()}
    assert kinds == set(KINDS)


@pytest.mark.django_db
def test_the_schema_is_made_once_whoever_asks_for_it_and_however(api, monkeypatch):
    first = api.get("/api/v1/schema")
    monkeypatch.setattr(SchemaView, "_get_schema_response", None)
    again = api.get("/api/v1/schema?lang=de&random=1", headers={"accept": "*/*;q=0.2"})
    assert again.content == first.content
    assert first["Content-Type"].startswith("application/vnd.oai.openapi")


def test_several_who_ask_at_once_get_the_same(in_parallel, monkeypatch):
    monkeypatch.setattr(schema_view, "_made", {})

    def ask():
        return APIClient().get("/api/v1/schema", headers={"accept": "application/json"})

    answers = in_parallel(*[ask] * 4)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["openapi"]
