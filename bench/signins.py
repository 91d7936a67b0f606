"""Sign-ins: how many a second and core, beside what their password hash alone costs.

    python -m bench.signins [--rounds 5] [--seconds 2]

On a town that bench.town made. A sign-in is the whole `POST /auth/token`: it verifies the hash, opens
a session and notes the attempt. Beside it the same with a wrong password, and a refresh of a session.
"""

import argparse
import itertools
import json
import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

from tqdm import tqdm

from bench import serving
from bench.load import Run, ask_all, load, request

from bench.asking import rows  # isort: skip (needs Django)
from bench.results import table, write

from django.contrib.auth.hashers import check_password, make_password  # isort: skip

from accounts.models import Session, User
from accounts.tokens import issue_pair

PASSWORD = "correct horse battery staple"
PEOPLE = 100


def people() -> list[User]:
    """Some of the town's, with a password."""
    found = User.objects.filter(email__endswith="@bench.example", is_active=True)[:PEOPLE]
    hashed = make_password(PASSWORD)
    User.objects.filter(pk__in=[one.pk for one in found]).update(password=hashed)
    return list(found)


def sign_in(user: User, password: str) -> bytes:
    body = json.dumps({"email": user.email, "password": password}).encode()
    return request("POST", "/api/v1/auth/token", body=body)


def refreshes(users: list[User]) -> Callable[[], bytes]:
    """Each with a refresh token of its own, made beforehand."""
    session = Session.objects.select_related("user").filter(user__in=users).first()
    assert session
    made = (issue_pair(session).refresh for _ in itertools.count())
    stock = [next(made) for _ in range(6000)]

    def make() -> bytes:
        body = json.dumps({"refresh": stock.pop()}).encode()
        return request("POST", "/api/v1/auth/token/refresh", body=body)

    return make


def hash_ms() -> float:
    """What verifying one hash takes of a processor."""
    hashed = make_password(PASSWORD)
    times = []
    for _ in range(21):
        began = time.process_time()
        check_password(PASSWORD, hashed)
        times.append(time.process_time() - began)
    return statistics.median(times) * 1000


def report(found: dict[str, list[tuple[Run, float]]], hash_cost: float) -> None:
    lines = []
    for title, runs in found.items():
        cpu = statistics.median(spent for _, spent in runs)
        lines.append(
            [
                title,
                f"{statistics.median(run.rate for run, _ in runs):,.0f}/s",
                f"{statistics.median(run.percentile(0.5) for run, _ in runs):.0f}",
                f"{statistics.median(run.percentile(0.99) for run, _ in runs):.0f}",
                f"{cpu:.1f}",
                f"{1000 / cpu:,.0f}",
            ]
        )
    head = ["", "rate", "p50 ms", "p99 ms", "CPU ms, database included", "a second and core"]
    body = (
        f"Two processes, eight connections, {os.cpu_count()} cores; the hash alone takes {hash_cost:.1f} ms of a processor."
        f"\n\n{table(head, lines)}"
    )
    write("signins", "Sign-ins", body)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    asked = parser.parse_args()
    since, users = datetime.now(UTC), people()
    turns = itertools.cycle(users)
    makers: dict[str, Callable[[], bytes]] = {
        "sign in": lambda: sign_in(next(turns), PASSWORD),
        "sign in with a wrong password": lambda: sign_in(next(turns), "wrong"),
        "refresh": refreshes(users),
    }
    web, database = serving.start(serving.WEB), serving.Database()
    found: dict[str, list[tuple[Run, float]]] = {title: [] for title in makers}
    try:
        for make in makers.values():
            ask_all(web.port, [make() for _ in range(20)])
        for _ in tqdm(range(asked.rounds), unit="round"):
            for title, make in makers.items():
                before = web.cpu_s() + database.cpu_s()
                run = load(web.port, make, seconds=asked.seconds)
                assert len(run.refusals) == ("wrong" in title) * len(run.times)
                cpu = (web.cpu_s() + database.cpu_s() - before) / len(run.times) * 1000
                found[title].append((run, cpu))
        report(found, hash_ms())
    finally:
        web.stop()
        rows("DELETE FROM accounts_refreshtokenrecord WHERE created_at >= %s", [since])
        rows("DELETE FROM accounts_session WHERE created_at >= %s", [since])
        rows("DELETE FROM accounts_authenticationattempt WHERE created_at >= %s", [since])


if __name__ == "__main__":
    main()
