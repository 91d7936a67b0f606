"""Two minutes of the trial; `python -m tests.faults.trial` is the long one."""

import pytest

from tests.faults.trial import run


@pytest.mark.requirement("R7.6", "R11.3")
def test_nothing_is_lost_doubled_or_out_of_order_while_everything_is_killed():
    outcome = run(seconds=90, kills=24, pairs=8)
    assert not outcome.faults, str(outcome)
    # A trial in which nothing happened proves nothing.
    assert outcome.kills.total() == 24
    assert outcome.acknowledged > 500
    assert outcome.pushes > 0


@pytest.mark.requirement("R7.6")
def test_a_thousand_disconnects_under_sixteen_writers_lose_and_double_nothing():
    outcome = run(seconds=15, kills=0, pairs=8, pace_s=0.05, cut_every_s=0.02, cuts=1000)
    assert not outcome.faults, str(outcome)
    assert outcome.disconnects >= 1000, str(outcome)
    assert outcome.acknowledged > 500
