"""Which test proves which requirement: writes docs/requirements.md from the tests' markers.

python -m tests.requirements > docs/requirements.md
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

IDS = {
    "R1.1": "registers an account; only a salted, memory-hard hash is stored",
    "R1.2": "answers a valid login with an access and a refresh token",
    "R1.3": "refuses a wrong password like an unknown address",
    "R1.4": "mails a single-use, expiring reset link, and answers alike for any address",
    "R1.5": "checks the token on every endpoint that is not public",
    "R1.6": "refuses an expired token with 401",
    "R2.1": "stores name, age, bio, photos, prompts and location",
    "R2.2": "makes every change of a profile visible to the next request",
    "R2.3": "validates type and size of every photo",
    "R2.4": "keeps a discoverable profile between 2 and 6 photos",
    "R2.5": "stores ordered prompts with their answers",
    "R2.6": "returns the owner's whole profile in one request",
    "R2.7": "erases everything of an account on deletion, files included",
    "R3.1": "stores a photo and returns a URL",
    "R3.2": "takes JPEG, PNG and WebP only, judged by decoding",
    "R3.3": "takes at most 10 MB a photo",
    "R3.4": "removes a deleted photo from storage",
    "R3.5": "reorders photos",
    "R3.6": "serves photos as resized, cacheable renditions",
    "R4.1": "returns profiles within the chosen distance",
    "R4.2": "leaves out whom the viewer liked or passed",
    "R4.3": "leaves out whoever passed on the viewer",
    "R4.4": "weighs age, distance and activity level",
    "R4.5": "orders by compatibility score",
    "R4.6": "answers an empty list when nobody is left",
    "R5.1": "records a like with its time",
    "R5.2": "records a pass with its time",
    "R5.3": "creates exactly one match, also when both likes arrive at the same instant",
    "R5.4": "tells both about a new match",
    "R5.5": "treats a repeated like or pass as the first one",
    "R5.6": "removes the like and its match on unlike",
    "R6.1": "lists all matches with the other's profile",
    "R6.2": "gives each match its time",
    "R6.3": "ends a match on unmatch and closes its conversation for good",
    "R6.4": "lists matches newest first",
    "R6.5": "tells the other side that a match ended",
    "R7.1": "delivers a message to a connected recipient at once",
    "R7.2": "lets only matched people write to each other",
    "R7.3": "stores a message with time and sender",
    "R7.4": "returns the history in order, page by page",
    "R7.5": "offers a WebSocket",
    "R7.6": "keeps what an offline client missed and hands it over on return",
    "R7.7": "deletes a conversation for the one who asked and for nobody else",
    "R8.1": "stores latitude and longitude",
    "R8.2": "measures geodesic distances",
    "R8.3": "reports distances in miles or kilometres",
    "R8.4": "filters by the viewer's largest distance",
    "R8.5": "changes a location only when its owner says so",
    "R8.6": "refuses coordinates out of range, NaN and infinities included",
    "R9.1": "stores a playground's name, coordinates and description",
    "R9.2": "returns the playgrounds within a radius",
    "R9.3": "lets people mark favourites",
    "R9.4": "shows favourites on a profile",
    "R9.5": "finds playgrounds by name or place",
    "R9.6": "takes a playground off the favourites",
    "R9.7": "shares a playground inside a conversation",
    "R10.1": "filters the deck by age range",
    "R10.2": "filters the deck by distance",
    "R10.3": "ranks dogs of the preferred activity level higher",
    "R10.4": "stores a preference at once",
    "R10.5": "applies it from the next deck on",
    "R11.1": "pushes a new match to both",
    "R11.2": "pushes a new message to its recipient",
    "R11.3": "queues what cannot be delivered yet",
    "R11.4": "lets people choose what they are told",
    "R11.5": "pushes nothing that was switched off",
    "R12.1": "demands a token on every protected endpoint",
    "R12.2": "is HTTPS-only in production",
    "R12.3": "limits the rate per person, per address and per endpoint",
    "R12.4": "answers 429 with Retry-After past the limit",
    "R12.5": "validates every input",
    "R12.6": "logs every authentication attempt",
    "R12.7": "keeps secrets encrypted at rest and in transit",
    "P1": "a token decodes to the user it was made for",
    "P2": "a password verifies against its hash and cannot be read from it",
    "P3": "a discoverable profile has 2 to 6 photos after any sequence of operations",
    "P4": "a file that is no JPEG, PNG or WebP, or is over 10 MB, is refused",
    "P5": "every active match has both likes behind it",
    "P6": "two people have at most one active match",
    "P7": "every message has a match behind it that was active when it was sent",
    "P8": "distance(a, b) = distance(b, a)",
    "P9": "miles → kilometres → miles is the identity within rounding",
    "P10": "every stored point is on the globe",
    "P11": "no deck holds anyone liked, passed or blocked, or who passed or blocked the viewer",
    "P12": "every stored point is on the globe",
    "P13": "past the limit every request is answered 429 until the window turns",
    "P14": "an expired token never authenticates",
    "P15": "doing a like or a pass twice equals doing it once",
    "P16": "after an unmatch nothing can be sent",
    "P17": "photos come back in the order last set",
}


def marked_tests() -> dict[str, list[str]]:
    """Requirement id → the tests marked with it, as `file::test`."""
    found = defaultdict(list)
    rooms = sorted(ROOT.glob("*/tests/test_*.py"))
    shared = sorted([*ROOT.glob("tests/**/test_*.py"), *ROOT.glob("pupmatch/lib/tests/test_*.py")])
    for path in rooms + shared:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for requirement in _requirements(node):
                    found[requirement].append(f"{path.relative_to(ROOT)}::{node.name}")
    return found


def _requirements(node: ast.FunctionDef) -> Iterator[str]:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith(".requirement"):
            yield from (ast.literal_eval(argument) for argument in decorator.args)


def page() -> str:
    """The page."""
    tests = marked_tests()
    lines = [
        "# Requirements and the tests that prove them",
        "",
        "Written by `python -m tests.requirements` from the `requirement` markers of the tests;",
        "`tests/test_requirements.py` fails when it is out of date or an id has no test.",
        "",
        "| id | the system … | proved by |",
        "|---|---|---|",
    ]
    for name, sentence in IDS.items():
        proof = "<br>".join(f"`{test}`" for test in tests.get(name, []))
        lines.append(f"| {name} | {sentence} | {proof} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(page(), end="")
