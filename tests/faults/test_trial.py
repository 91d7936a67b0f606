"""A minute of the trial; `python -m tests.faults.trial` is the long one."""

import pytest

from tests.faults.trial import run


@pytest.mark.requirement("R7.6", "R11.3")
def test_nothing_is_lost_doubled_or_out_of_order_while_everything_is_killed(sized):
    kills = sized(12, 24)
    outcome = run(seconds=sized(40, 90), kills=kills, pairs=8)
    assert not outcome.faults, str(outcome)
    # A trial in which nothing happened proves nothing.
    assert outcome.kills.total() == kills
    assert outcome.acknowledged > 200
    assert outcome.pushes > 0


@pytest.mark.requirement("R7.6")
def test_disconnects_under_sixteen_writers_lose_and_double_nothing(sized):
    cuts = sized(300, 1000)
    outcome = run(seconds=sized(5, 15), kills=0, pairs=8, pace_s=0.05, cut_every_s=0.02, cuts=cuts)
    assert not outcome.faults, str(outcome)
    assert outcome.disconnects >= cuts, str(outcome)
    assert outcome.acknowledged > 200
