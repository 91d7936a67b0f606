"""One ban under load; `python -m tests.faults.bans` has a dozen."""

import pytest

from tests.faults.bans import run


@pytest.mark.requirement("R1.6", "R11.3")
def test_from_its_commit_on_nothing_of_a_banned_person_is_stored_shown_or_pushed():
    # How soon they are closed, the long trial measures; a busy machine says nothing about that.
    outcome = run(before_s=1, after_s=3.5, closed_within_s=20)
    assert not outcome.faults, str(outcome)
    print(outcome)
    # A trial in which nothing happened proves nothing.
    assert min(outcome.before[kind] for kind in ("message", "like", "push")) > 0, str(outcome)
    assert outcome.decks > 10
    assert (len(outcome.sockets), len(outcome.polls)) == (4, 2)
