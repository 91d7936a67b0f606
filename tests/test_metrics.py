"""Web processes count together: whichever of them is scraped says what all of them did."""

import httpx
import pytest

from pupmatch.lib import memory
from realtime.tests.machinery import Process

SERVED = 'django_http_responses_total_by_status_view_method_total{method="GET",status="200",view="pupmatch.lib.health.live"}'
REQUESTS, SCRAPES = 40, 12


def files(web):
    return list(memory.folder().glob(f"pupmatch-metrics-{web.process.pid}-*/counter_*.db"))


@pytest.fixture
def web(tmp_path, transactional_db):
    process = Process(command=("pupmatch", "--workers", "2"), log=tmp_path / "log")
    yield process
    process.stop()
    assert not files(process), "what was counted is left behind"


def test_each_worker_says_what_all_of_them_did(web):
    before = web.figure(SERVED)
    for _ in range(REQUESTS):  # each on a connection of its own, which either may take
        httpx.get(f"{web.url}/health/live").raise_for_status()
    counted = {web.figure(SERVED) - before for _ in range(SCRAPES)}
    assert counted == {REQUESTS}
    assert len(files(web)) >= 2


def test_what_the_database_says_is_said_once(web):
    answer = httpx.get(f"{web.url}/metrics", headers={"Authorization": "Bearer scraper"})
    lines = [each.split()[0] for each in answer.text.splitlines() if not each.startswith("#")]
    assert len(lines) == len(set(lines))
    assert "pupmatch_workers" in lines
    assert not [line for line in lines if "realtime" in line]
