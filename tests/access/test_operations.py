"""Every operation, asked by everybody with somebody else's ids: what docs/access.md allows, and no more."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest

from accounts.credentials import remove_account
from realtime.kinds import KINDS
from tests.access.asks import ASKS, Ask, operation_of, send
from tests.access.changes import Written, back_again, undone
from tests.access.operations import operations
from tests.access.shapes import BY_TYPE, answered, wrong_fields
from tests.access.table import Row, operations_table, shapes_table
from tests.access.world import STAFF, Caller, World

pytestmark = pytest.mark.django_db

TABLE = operations_table()
# Whoever shows her token of Google's is she, by whatever telephone.
HER_TOKEN = "POST /auth/social/{provider}"
SHE = {"owner", "paused", "limited", "suspended", "banned"}
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def said(answer: Any) -> str:
    """The status, and the code of a problem."""
    if answer.status_code < 400:
        return str(answer.status_code)
    return f"{answer.status_code} {answer.json()['code']}"


NAMES_SOMETHING = [
    name
    for name in TABLE
    if re.search("{(?!provider)", name)
    or name.startswith(("POST /likes", "POST /passes", "POST /reports"))
]
ACQUAINTANCES = {"matched", "former", "refused", "refuser", "blocked", "blocker"}


@contextmanager
def asked(name: str, ask: Ask, caller: Caller) -> Iterator[tuple[Any, Written]]:
    """The answer, and what was written; undone again."""
    with back_again():
        ask.before()
        caller.before()
        with undone() as wrote:
            answer = send(name, ask, caller)
            words_of(answer)
            yield answer, wrote


def callers(world: World, row: Row, everybody: bool) -> Iterator[Caller]:
    """Everybody; in the short form one of staff in turn, and acquaintances only where it matters."""
    skipped = set()
    if not everybody:
        turn = STAFF[sorted(TABLE).index(row.name) % len(STAFF)]
        skipped = {f"staff: {role}" for role in STAFF if role != turn}
        if row.name not in NAMES_SOMETHING and not row.name.startswith("GET"):
            skipped |= ACQUAINTANCES
    return (caller for caller in world.callers.values() if caller.name not in skipped)


def leaks(answer: Any, ask: Ask, world: World) -> list[str]:
    """What of the owner's secrets stands in an answer to whoever did not name it themselves."""
    text, named = f"{words_of(answer)} {dict(answer.headers)}", str((ask.gap, ask.body))
    return [what for what, it in world.secrets.items() if it in text and it not in named]


def words_of(answer: Any) -> str:
    """What is answered, as far as it is text; a file is read once, which closes it."""
    return b"".join(answer).decode(errors="replace")


def body_of(answer: Any) -> Any:
    kind = answer.headers.get("Content-Type", "")
    is_json = kind.startswith(("application/json", "application/geo+json"))
    return answer.json() if is_json and answer.content else None


def wrong_with(answer: Any, ask: Ask, row: Row, caller: Caller, world: World) -> list[str]:
    """Everything about one answer that docs/access.md does not say."""
    wrong = []
    if said(answer) != row.allowed(caller.name):
        wrong.append(f"{said(answer)} instead of {row.allowed(caller.name)}")
    if answer.status_code >= 400:
        wrong += wrong_fields(answer.json(), "problems")
    elif (body := body_of(answer)) is not None:
        wrong += wrong_fields(body, operation_of(row.name).name)
    if caller.name not in SHE and row.name != HER_TOKEN:
        wrong += [f"tells {what}" for what in leaks(answer, ask, world)]
    return wrong


def test_every_operation_has_a_row_and_every_row_is_of_one():
    assert {name.partition(" · ")[0] for name in TABLE} == set(operations())
    assert set(TABLE) == set(ASKS)


def test_every_row_of_fields_is_of_something():
    """An answer without a row fails below."""
    assert answered() <= {*operations(), *KINDS, "problems"}
    assert set(KINDS) <= answered()
    shapes = shapes_table()
    inner = {kind for shape in shapes.values() for kind in shape.fields.values()}
    of = {shape.name for shape in shapes.values() if shape.answers or shape.pages}
    assert set(shapes) == of | inner - {"", BY_TYPE}


@pytest.mark.requirement("R1.5", "R1.6", "R12.1")
@pytest.mark.parametrize("name", TABLE)
def test_everybody_is_answered_as_the_table_says(name: str, world: World, sized: Any):
    row, wrong, answers = TABLE[name], {}, set()
    for caller in callers(world, row, everybody=bool(sized(0, 1))):
        ask = ASKS[name](world, caller)
        with asked(name, ask, caller) as (answer, wrote):
            found = wrong_with(answer, ask, row, caller, world)
            answers.add(answer.status_code)
            if answer.status_code >= 400:
                wrote.look()
        found += [f"changed {table} and was refused" for table in wrote.tables]
        if found:
            wrong[caller.name] = found
    assert wrong == {}
    is_found = min(answers) < 300 or row.allowed("owner") == "400 oneself"
    assert is_found, "nobody is let in: the request proves nothing"


# What is none of one's business ------------------------------------------------------------------


def of_nothing(ask: Ask) -> Ask:
    """The same request about things that never were."""
    return ask._replace(
        gap=ask.gap and _other("", str(ask.gap)),
        body=ask.body and {k: _other(k, v) for k, v in ask.body.items()},
    )


def _other(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_other(name, each) for each in value]
    is_an_id = name != "client_id" and isinstance(value, str) and ID.fullmatch(value)
    return str(uuid4()) if is_an_id else value


def in_one_form(answer: Any) -> tuple:
    """Everything that is answered, without what differs from request to request."""
    # A problem's ETag is of its request id, too.
    loose = {"X-Request-ID", "Content-Length", "ETag"}
    headers = {name: value for name, value in answer.headers.items() if name not in loose}
    headers = {name: "" if name.startswith("RateLimit") else headers[name] for name in headers}
    return answer.status_code, ID.sub("<id>", words_of(answer)), json.dumps(headers)


OTHERS = ("stranger", "former", "refused", "refuser", "blocked", "blocker")


@pytest.mark.parametrize("name", NAMES_SOMETHING)
def test_what_is_hidden_reads_as_if_it_had_never_been(name: str, world: World):
    hidden_from = [each for each in OTHERS if TABLE[name].allowed(each).startswith("404")]
    for caller in (world.callers[each] for each in hidden_from):
        ask = ASKS[name](world, caller)
        with asked(name, ask, caller) as (answer, _):
            hidden = in_one_form(answer)
        with asked(name, of_nothing(ask), caller) as (answer, _):
            assert in_one_form(answer) == hidden, caller.name


# What stays when she goes: places that others use; and that she is gone says nothing.
STAYS = {name for name in NAMES_SOMETHING if "/playgrounds" in name or name.endswith(" place")}


def test_after_she_has_gone_everything_of_hers_reads_as_if_it_had_never_been(world: World):
    asks = {
        (name, caller): ASKS[name](world, world.callers[caller])
        for name in NAMES_SOMETHING
        if name not in STAYS and not _is_of_others(name)
        for caller in ("stranger", "matched", "blocked")
    }
    with back_again():
        remove_account(user=world.owner.user)
        for (name, caller), ask in asks.items():
            someone = world.callers[caller]
            with back_again():
                gone = in_one_form(send(name, ask, someone))
            with back_again():
                never = in_one_form(send(name, of_nothing(ask), someone))
            assert gone == never, (name, caller)
            assert gone[0] in (404, 201, 400), (name, caller)


def _is_of_others(name: str) -> bool:
    """About somebody else than her, who is there still."""
    return name in {
        "POST /likes", "POST /passes", "PUT /blocks/{profile_id}", "POST /reports",
        "DELETE /likes/{profile_id}", "DELETE /passes/{profile_id}", "DELETE /blocks/{profile_id}",
        "PUT /me/devices/{installation_id}",
    }  # fmt: skip


# The tests themselves ----------------------------------------------------------------------------

TOLD_TO_HER = {
    "her address": "/me", "her account": "/me", "when she was born": "/me/profile",
    "her address at Google": "/me/social", "her latitude": "/me/profile", "her longitude": "/me/profile",
    "her network": "/auth/sessions", "her sign-in": "/auth/sessions",
    "her installation": "/me/devices", "her verification": "/me/verifications",
    "what staff decided": "/me/decisions", "what she reported": "/reports",
    "a place that is held": "/playgrounds?q=waits", "a review that is held": "/playgrounds/{}/review",
}  # fmt: skip


def test_what_others_are_not_told_is_told_to_her(world: World):
    """So that what is looked for in answers is written the way in which answers write it."""
    for what, path in TOLD_TO_HER.items():
        answer = world.owners.get(f"/api/v1{path.format(world.place.pk)}")
        assert what in leaks(answer, Ask(), world), what


PRIVATE = {
    "email", "email_verified", "birth_date", "location", "ip_address", "user_agent",
    "is_paused", "is_bio_held", "held_by", "token", "token_ending", "user", "user_id", "verified_until",
    "outcome", "statement",
}  # fmt: skip
PLACES = {"FavoritePlayground", "Playground", "MeetingPoint"}


def test_no_shape_that_others_are_told_has_a_private_field():
    shapes = shapes_table()
    for shape in shapes.values():
        if shape.told_to == "its owner":
            continue
        allowed = {"location"} if shape.name in PLACES else set()
        assert not set(shape.fields) & PRIVATE - allowed, shape.name
        inner = {shapes[kind].told_to for kind in shape.fields.values() if kind}
        assert "its owner" not in inner, shape.name
