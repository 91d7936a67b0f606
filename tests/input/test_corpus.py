"""Everything bad that can be sent, against every operation at which it can be placed.

`--assault` plays the whole product; here each row once and each place at least once. Nobody gets an
error of ours, every refusal is a problem document, and what was refused changed nothing.
"""

from collections.abc import Iterator

import pytest
from django.db import transaction

from tests.input.asking import Answer, Ask, Here, take_back, taken_back
from tests.input.corpus import CORPUS, LEAST
from tests.input.digest import digest
from tests.input.due import complaint
from tests.input.insiders import Insider
from tests.input.operations import operations
from tests.input.people import insider
from tests.input.placing import Placement
from tests.input.sampling import product, sample

PLAYED = [name for name in CORPUS if name != "frames"]

# What the usual request is answered where it does not succeed, which leaves nothing to be masked.
NOT_USUAL = {
    "auth_email_verify": 400,  # there is no such token
    "auth_password_reset_confirm": 400,
    "auth_social": 404,  # it is switched off
    "me_social_create": 404,
    "me_social_destroy": 404,
    "me_export_retrieve": 404,  # none was asked for
    "me_profile_create": 409,  # there is one; what is sent is read first
    "me_web_push_key_retrieve": 409,  # the server has none
}


# With people of their own: what each refusal counts is one more version of the same rows, which the
# next has to step over, and a message can be edited for a quarter of an hour.
AT_ONCE = 1_000


@pytest.fixture
def me(db: None) -> Insider:
    return insider()


@pytest.fixture(scope="module")
def here() -> Here:
    return Here()


def asked(here: Here, ask: Ask) -> Answer:
    """The answer; what was taken is taken back, so that everybody finds the same.

    412 of a GET is about what was found for it: a deck is kept then, as for any who look at theirs.
    """
    point = transaction.savepoint()
    answer = here(ask)
    if answer.status < 400 or (answer.status == 412 and ask.method == "GET"):
        take_back(point)
    else:
        transaction.savepoint_commit(point)
    return answer


def complaints(here: Here, me: Insider, played: list[Placement]) -> Iterator[str]:
    """What is wrong, with a line for each."""
    for placement in played:
        answer = asked(here, placement.ask(me))
        if wrong := complaint(answer, is_refused=placement.is_refused):
            yield f"{wrong}: {placement}: {answer.status} {answer.body[:300]!r}"


def unusual(here: Here, me: Insider) -> dict[str, int]:
    """What is answered to the usual requests that do not succeed."""
    statuses = {each.id: asked(here, each.ask(me)).status for each in operations()}
    return {name: status for name, status in statuses.items() if status >= 300}


def test_the_corpus_has_its_size():
    ids = [row.id for rows, _ in CORPUS.values() for row in rows]
    assert len(ids) == len(set(ids)) >= LEAST
    assert {name: len(rows) >= least for name, (rows, least) in CORPUS.items()} == dict.fromkeys(
        CORPUS, True
    )


def test_every_operation_is_asked_for_what_succeeds(here, me):
    assert unusual(here, me) == NOT_USUAL


@pytest.mark.parametrize("name", PLAYED)
def test_whatever_is_sent_is_taken_as_it_is_or_refused(db, here, sized, name):
    rows, _ = CORPUS[name]
    played = sized(sample, product)(rows, operations())
    assert {each.row.id for each in played} == {row.id for row in rows}
    for start in range(0, len(played), AT_ONCE):
        with taken_back():
            me = insider()
            before = digest()
            found = list(complaints(here, me, played[start : start + AT_ONCE]))
            assert not found, "\n".join(found)
            # In full size it takes long enough for something to have become unusual, and to mask others.
            if sized(0, 1):
                assert unusual(here, me) == NOT_USUAL
            after = digest()
            assert {table for table in after if after[table] != before[table]} == set()
