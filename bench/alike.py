"""Signing in, registering and asking for a reset: whose account it is shows neither in words nor in time.

    python -m bench.alike [--times 100]

On any migrated database; what it makes there it removes. Everybody of a group is asked about in turn, in
random order, round by round, over one connection. Fails when the words of a group differ, or when the
median of one is more than a tenth off the median of all.
"""

import argparse
import http.client
import json
import random
import statistics
import sys
import time
import uuid
from collections.abc import Callable

from tqdm import tqdm

from bench import serving
from bench.load import HOST

from bench.results import table, write  # isort: skip (needs Django)

from django.contrib.auth.hashers import make_password  # isort: skip
from django.utils import timezone  # isort: skip

from accounts import lockout
from accounts.models import AuthenticationAttempt, FailedSignIn, User, email_digest
from pupmatch.lib.models import Job

PASSWORD = "correct horse battery staple"
MARK = f"alike-{uuid.uuid4().hex[:8]}"
APART = 0.10
FULL = 2_000_000_000
# Whose account it is, and what sets it apart; nobody's is not stored.
PEOPLE = {
    "a member": {},
    "staff": {"is_staff": True},
    "out of use": {"is_active": False, "deactivated_at": timezone.now()},
    "banned": {"is_active": False, "banned_at": timezone.now()},
    "without a password": {"password": "!" + "x" * 40},
    "nobody": None,
}
Body = dict[str, str]


def address(group: str, who: str) -> str:
    return f"{MARK}-{group}-{who}@bench.example".replace(" ", "-")


def settle() -> None:
    """Everybody once for each group, so that what one leaves behind is not the next one's."""
    hashed = make_password(PASSWORD)
    for group in GROUPS:
        for who, fields in PEOPLE.items():
            if fields is not None:
                User.objects.create(email=address(group, who), **{"password": hashed, **fields})
            if group == "locked":
                FailedSignIn.objects.create(
                    username=email_digest(address(group, who)),
                    ip_address="127.0.0.1",
                    failures_since_start=FULL,
                )


def clean() -> None:
    """None of it was here."""
    FailedSignIn.objects.filter(username="", ip_address="127.0.0.1").delete()
    for group in GROUPS:
        for who in PEOPLE:
            digest = email_digest(address(group, who))
            lockout.forgive(address(group, who))
            AuthenticationAttempt.objects.filter(email_digest=digest).delete()
    people = User.objects.filter(email__startswith=MARK)
    jobs = Job.objects.filter(task_name__startswith="accounts.tasks.mail_", status="todo")
    ids = [str(pk) for pk in people.values_list("pk", flat=True)]
    (jobs.filter(args__user_id__in=ids) | jobs.filter(args__user_id=None)).delete()
    people.delete()


def wrong(group: str, who: str) -> tuple[str, Body]:
    return "token", {"email": address(group, who), "password": "wrong"}


def right(group: str, who: str) -> tuple[str, Body]:
    return "token", {"email": address(group, who), "password": PASSWORD}


def reset(group: str, who: str) -> tuple[str, Body]:
    return "password/reset", {"email": address(group, who)}


def register(group: str, who: str) -> tuple[str, Body]:
    """A known address is told so, by the API's own word; how long it takes tells no more."""
    fresh = f"{MARK}-{uuid.uuid4().hex}@bench.example"
    email = fresh if who == "nobody" else address(group, who)
    return "register", {"email": email, "password": PASSWORD}


Ask = Callable[[str, str], tuple[str, Body]]
GROUPS: dict[str, tuple[Ask, int]] = {
    "wrong password": (wrong, 401),
    "locked": (right, 429),
    "reset": (reset, 202),
    "register": (register, 409),
}


# What takes no hash is over so soon that the machine itself makes more of a difference.
OFTEN = {"wrong password": 1, "locked": 5, "reset": 5, "register": 1}


class Line:
    """One connection, kept."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)

    def ask(self, path: str, body: Body) -> tuple[float, int, str]:
        """Seconds, status and words."""
        headers = {"Host": HOST, "Content-Type": "application/json"}
        text = json.dumps(body)
        began = time.perf_counter()
        self.connection.request("POST", f"/api/v1/auth/{path}", text, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        took = time.perf_counter() - began
        said = json.loads(content) if content and answer.status >= 400 else {}
        said.pop("request_id", None)
        names = sorted(name.lower() for name, _ in answer.getheaders())
        return took, answer.status, json.dumps([said, names])


def measure(line: Line, times: int) -> tuple[dict[str, dict[str, float]], list[str]]:
    """The medians in milliseconds, by group and person, and what is wrong."""
    found: dict[str, dict[str, list[float]]] = {
        group: {who: [] for who in PEOPLE} for group in GROUPS
    }
    faults, words = [], {group: set() for group in GROUPS}
    for number in tqdm(range(-3, times), unit="round"):
        turns = [(group, who) for group in GROUPS for who in PEOPLE for _ in range(OFTEN[group])]
        for group, who in random.sample(turns, len(turns)):
            ask, expected = GROUPS[group]
            took, status, said = line.ask(*ask(group, who))
            is_new = group == "register" and who == "nobody"
            if status != (201 if is_new else expected):
                faults.append(f"{group}, {who}: {status} {said}")
            if not is_new:
                words[group].add(said)
            if number >= 0:
                found[group][who].append(took * 1000)
    faults += [f"{group}: {len(said)} wordings" for group, said in words.items() if len(said) > 1]
    medians = {
        group: {who: statistics.median(taken) for who, taken in people.items()}
        for group, people in found.items()
    }
    return medians, faults


def judge(medians: dict[str, dict[str, float]]) -> list[str]:
    """Who stands out; registering somebody new does more, and says so."""
    faults = []
    for group, people in medians.items():
        alike = {who: ms for who, ms in people.items() if (group, who) != ("register", "nobody")}
        middle = statistics.median(alike.values())
        faults += [
            f"{group}, {who}: {ms:.2f} ms where {middle:.2f} ms is the median"
            for who, ms in alike.items()
            if abs(ms / middle - 1) > APART
        ]
    return faults


def report(medians: dict[str, dict[str, float]], times: int) -> None:
    lines = [
        [group, *(f"{ms:.2f}" for ms in people.values()), f"{max(apart(people)):.1f} %"]
        for group, people in medians.items()
    ]
    body = (
        f"Medians of {times} each in ms (where there is no hash, of {5 * times}), asked in turn over one connection."
        " Locked: with the right password."
        " Registering nobody's address makes an account (201), so it stands apart.\n\n"
        + table(["", *PEOPLE, "furthest off"], lines)
    )
    write("alike", "Whose account it is does not show", body)


def apart(people: dict[str, float]) -> list[float]:
    """How far each is off the median of all, in per cent."""
    middle = statistics.median(people.values())
    return [100 * abs(ms / middle - 1) for ms in people.values()]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=100)
    asked = parser.parse_args()
    web = serving.start(serving.WEB.replace(str(serving.WORKERS), "1"), LOG_LEVEL="ERROR")
    try:
        settle()
        medians, faults = measure(Line(web.port), asked.times)
    finally:
        web.stop()
        clean()
    report(medians, asked.times)
    faults += judge(medians)
    print("\n".join(faults) or "alike")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
