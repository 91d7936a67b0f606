"""One person's part of the barrage, as JSON: `python -m tests.input.volley URL NUMBER OF SHARE`.

The person comes as JSON from the standard input; how many requests it was, and what was wrong, goes to
the standard output.
"""

import json
import sys
from collections.abc import Iterator
from zlib import crc32

import django

django.setup()

from tests.input.asking import Ask, Hung, There  # noqa: E402 (needs the settings)
from tests.input.corpus import CORPUS  # noqa: E402
from tests.input.due import complaint  # noqa: E402
from tests.input.fuzzing import ENDINGS  # noqa: E402
from tests.input.insiders import Insider  # noqa: E402
from tests.input.operations import operations, signed  # noqa: E402
from tests.input.placing import Placement  # noqa: E402
from tests.input.sampling import product  # noqa: E402

# Asked for as usual they end the sign-in that everything else is asked with; so does a token that is
# refreshed twice.
LAST = {*ENDINGS, "auth_token_refresh"}
# Of a machine that others use, too; the front gives up on a worker after 30.
PATIENCE_S = 20


def mine(number: int, people: int, share: float) -> Iterator[Placement]:
    """The part of the product that is this person's, but for what would end it."""
    for name, (rows, _) in CORPUS.items():
        for placement in product(rows, operations()) if name != "frames" else ():
            chance = crc32(str(placement).encode("utf-8", "replace"))
            is_mine = chance % people == number and chance // people % 1000 < share * 1000
            if is_mine and (placement.is_refused or placement.operation.id not in LAST):
                yield placement


def wrong(there: There, placement: Placement, ask: Ask) -> str:
    """What is wrong with the answer."""
    try:
        answer = there(ask)
    except Hung as error:
        return f"hung up: {error}"
    if answer.seconds > PATIENCE_S:
        return f"{answer.seconds:.0f} s"
    if answer.status == 400 and not answer.body:
        # A head that is no HTTP: the application's server refuses it without a word.
        return ""
    due = complaint(answer, is_refused=placement.is_refused)
    return f"{due}: {answer.status} {answer.body[:200]!r}" if due else ""


def volley(url: str, number: int, people: int, share: float, me: Insider) -> dict:
    """All of it, one after the other."""
    there, asked, lines = There(url), 0, []
    for placement in mine(number, people, share):
        asked += 1
        if found := wrong(there, placement, placement.ask(me)):
            lines.append(f"{placement}: {found}")
    if there(Ask("GET", "/api/v1/me", headers=signed(me))).status != 200:
        lines.append(f"the sign-in of person {number} did not live through it")
    return {"asked": asked, "complaints": lines}


if __name__ == "__main__":
    url, number, people, share = sys.argv[1:]
    person = Insider(**json.load(sys.stdin))
    print(json.dumps(volley(url, int(number), int(people), float(share), person)))
