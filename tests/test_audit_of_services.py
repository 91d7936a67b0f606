"""Every service of staff says who did it to the record, or hands that on to what does."""

import ast
import re

import pytest
from django.conf import settings

ROOMS = [path for path in settings.BASE_DIR.iterdir() if (path / "apps.py").exists()]
# Steps of what another service does, and records.
STEPS = {"moderation/casework.py:work_on", "moderation/settling.py:unsettle"}


def _functions() -> dict[str, ast.FunctionDef]:
    """Every function of the rooms, but of their admin and tests, by file and name."""
    return {
        f"{path.relative_to(settings.BASE_DIR)}:{node.name}": node
        for room in ROOMS
        for path in sorted(room.rglob("*.py"))
        if not {"tests", "migrations", "admin"} & {*path.parts, path.stem}
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }


def _calls_with_by(function: ast.FunctionDef) -> set[str]:
    """The names of what a function calls and tells who does it."""
    return {
        getattr(call.func, "attr", None) or getattr(call.func, "id", "")
        for call in ast.walk(function)
        if isinstance(call, ast.Call)
        for value in (*call.args, *(keyword.value for keyword in call.keywords))
        if isinstance(value, ast.Name) and value.id == "by"
    }


FUNCTIONS = _functions()
SERVICES = [
    name
    for name, function in FUNCTIONS.items()
    for argument in function.args.kwonlyargs
    if argument.arg == "by" and "User" in ast.unparse(argument.annotation or ast.Constant(""))
]


def _recording() -> set[str]:
    """The names of functions that record who did it, or hand that on to one that does."""
    found = {"record"}
    while True:
        more = {
            function.name for function in FUNCTIONS.values() if _calls_with_by(function) & found
        }
        if more <= found:
            return found
        found |= more


def test_there_are_services_of_staff():
    assert set(SERVICES) >= STEPS
    assert len(SERVICES) > 15


@pytest.mark.parametrize("service", sorted({*SERVICES} - STEPS))
def test_every_service_of_staff_records_who_did_it(service: str):
    assert _calls_with_by(FUNCTIONS[service]) & _recording(), f"{service} tells nobody"


def test_verbs_are_two_words_with_a_dot():
    for name, function in FUNCTIONS.items():
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "record":
                verbs = [word.value for word in call.keywords if word.arg == "action"]
                for verb in verbs:
                    if isinstance(verb, ast.Constant):
                        assert re.fullmatch(r"[a-z_]+\.[a-z_]+", str(verb.value)), name
