"""The staff desk in a browser, as a moderator and a lead work at it, on a queue of 10,000 reports.

    python -m bench.town --dogs 10000
    python -m bench.desk_queue --fill
    python -m bench.desk [--shots FOLDER] [--headed]

Debian's Chromium (`apt install chromium`), driven by Playwright. Everything is done by hand: signing in
with a password and an authenticator's code, then each measure, by keys where the desk has keys. Fails
when an outcome is not in the database, a page asks more than 25 queries, an error is written to
the browser's console, a decision takes more than five keys, or anything runs that people have
written into their texts. Prints what each page cost: queries, milliseconds in the view, and until
the first paint.
"""

import argparse
import os
import statistics
from collections import defaultdict
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pupmatch.settings")
os.environ.setdefault("STAFF_SECOND_FACTOR", "required")
# Playwright keeps an event loop in this thread; nothing here is asynchronous.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
django.setup()

from django.contrib.auth.models import Group  # noqa: E402 (Django must be set up first)
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402
from playwright.sync_api import Page, expect, sync_playwright  # noqa: E402

from accounts.models import SecondFactor, User  # noqa: E402
from accounts.tests.authenticators import app_of, code  # noqa: E402
from bench.desk_probes import PROBE, plant  # noqa: E402
from bench.desk_server import serving  # noqa: E402
from bench.results import table, write  # noqa: E402
from moderation import appeals  # noqa: E402
from moderation.models import Appeal, Case, Decision, Note  # noqa: E402
from moderation.roles import Role  # noqa: E402
from profiles.models import Photo  # noqa: E402

CHROMIUM = "/usr/bin/chromium"
PASSWORD = "a long walk in the rain"
MOST_QUERIES, MOST_KEYS = 25, 5
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


def hire(name: str, role: Role) -> User:
    """A member of staff with a role, whoever had that address before."""
    User.objects.filter(email=f"{name}@desk.example").delete()
    user = User.objects.create_user(f"{name}@desk.example", PASSWORD, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


class Desk:
    """Somebody of staff at a browser."""

    def __init__(self, browser, base: str, user: User, costs: dict, shots: Path | None) -> None:
        self.base, self.user, self.costs, self.shots = base, user, costs, shots
        self.page: Page = browser.new_page(viewport={"width": 1440, "height": 900})
        self.page.on("console", self._heard)
        self.page.on("dialog", lambda dialog: self._fail(f"a dialog: {dialog.message}"))
        self.page.on("response", self._answered)
        self.errors: list[str] = []
        self.keys = 0

    def _heard(self, message) -> None:
        # Pictures of the town are no files.
        if message.type == "error" and "404" not in message.text:
            self.errors.append(message.text)

    def _fail(self, what: str) -> None:
        self.errors.append(what)

    def _answered(self, response) -> None:
        timing = response.headers.get("server-timing")
        if timing and response.request.is_navigation_request():
            parts = dict(part.strip().split(";dur=") for part in timing.split(","))
            self.latest = {name: float(value) for name, value in parts.items()}

    def sign_in(self) -> None:
        """By password and by the code of an authenticator app."""
        secret = app_of(self.user)
        self.page.goto(f"{self.base}/admin/")
        self.page.get_by_label("Email").fill(self.user.email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.seen("sign in")
        self.page.get_by_role("button", name="Sign in").click()
        self.page.locator("input[name=code]").fill(code(secret))
        self.seen("second step")
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", name="Overview")).to_be_visible()
        self.seen("overview")

    def visit(self, name: str, path: str) -> None:
        """Open a page, and note what it cost."""
        answer = self.page.goto(self.base + path)
        assert answer is not None
        assert answer.status == 200, (path, answer.status)
        self.seen(name)

    def seen(self, name: str) -> None:
        """Note what the page cost that is shown, and check it."""
        self.page.wait_for_load_state("load")
        paint = self.page.evaluate(PAINT)
        if hasattr(self, "latest"):
            cost = (self.latest["queries"], self.latest["view"], paint)
            assert cost[0] <= MOST_QUERIES, (name, cost)
            self.costs[name].append(cost)
        assert not self.page.evaluate("window.pwned ?? null"), f"something ran on {name}"
        assert not self.errors, (name, self.errors)
        if self.shots and not (self.shots / f"{name}.png").exists():
            self.page.screenshot(path=self.shots / f"{name}.png")

    def press(self, *keys: str) -> None:
        """Press keys, one after the other, and wait for what they lead to."""
        for key in keys:
            self.keys += 1
            if key in ("n", "Enter", "c", "r", "g"):
                with self.page.expect_navigation():
                    self.page.keyboard.press(key)
            else:
                self.page.keyboard.press(key)

    def message(self) -> str:
        """What the page says of what was just done."""
        return self.page.locator("#main").inner_text()


def decide(desk: Desk, key: str, kind: str) -> int:
    """From the queue to a decision by keys alone; says how many."""
    desk.visit("queue", reverse("admin:moderation_case_changelist"))
    before = Decision.objects.count()
    desk.keys = 0
    desk.press("n")
    desk.seen("case")
    desk.press(key)
    if desk.shots and not (desk.shots / "deciding.png").exists():
        desk.page.screenshot(path=desk.shots / "deciding.png")
    desk.press("Enter")
    assert Decision.objects.count() == before + 1, desk.message()
    decision = Decision.objects.latest("created_at")
    assert (decision.kind, decision.decided_by_id) == (kind, desk.user.pk), decision
    desk.seen("case")
    assert desk.keys <= MOST_KEYS
    return desk.keys


def work(desk: Desk) -> dict[str, int]:
    """What a moderator does all day."""
    keys = {
        kind: decide(desk, key, kind)
        for key, kind in {
            "d": "dismiss", "w": "warn", "x": "remove", "p": "hold_photos", "l": "limit",
            "s": "suspend",
        }.items()
    }  # fmt: skip
    Case.objects.open().update(claimed_by=None, claimed_until=None)
    desk.visit("queue", reverse("admin:moderation_case_changelist"))
    desk.press("j", "j", "Enter")
    desk.press("c")
    assert Case.objects.open().filter(claimed_by=desk.user).exists()
    desk.page.get_by_label("New note").fill("Seen this one before.")
    desk.page.get_by_role("button", name="Keep").click()
    desk.page.wait_for_load_state()
    assert Note.objects.filter(author=desk.user).exists()
    desk.page.keyboard.press("Escape")
    desk.press("r")
    review_photos(desk)
    return keys


def review_photos(desk: Desk) -> None:
    """Two photos are marked by keys, the others of the page approved."""
    desk.visit("photo review", reverse("admin:moderation_photos"))
    before = Photo.objects.filter(reviewed_at=None).count()
    held = Decision.objects.filter(kind="remove").count()
    desk.press("ArrowRight", " ", "ArrowRight", " ", "Enter")
    assert Decision.objects.filter(kind="remove").count() == held + 2
    assert Photo.objects.filter(reviewed_at=None).count() < before
    desk.seen("photo review")


def look_up(desk: Desk) -> None:
    """Somebody is found by their address, looked at, and becomes a case."""
    person = User.objects.filter(profile__isnull=False, cases=None, is_active=True).first()
    assert person is not None
    desk.visit("find a person", reverse("admin:moderation_find") + f"?q={person.email}")
    desk.page.locator("[data-row] a").first.click()
    desk.seen("person")
    desk.page.get_by_placeholder("Why").fill("A call from the police.")
    desk.page.get_by_role("button", name="Open").click()
    desk.seen("case")
    assert Case.objects.open().filter(about=person).exists()


def lead_the_desk(first: Desk, second: Desk) -> int:
    """A ban, proposed and confirmed; an undoing; an appeal; figures to take along."""
    Case.objects.open().update(claimed_by=None, claimed_until=None)
    keys = decide(first, "b", "ban")
    ban = Decision.objects.latest("created_at")
    page = reverse("admin:moderation_decision_change", args=[ban.pk])
    if ban.state == Decision.State.PROPOSED:
        second.visit("ban to confirm", page)
        second.press("g")
        ban.refresh_from_db()
        assert ban.confirmed_by == second.user
    second.visit("decision", page)
    second.page.locator("input[name=reason]").fill("It was somebody else.")
    second.page.get_by_role("button", name="Undo").click()
    second.page.wait_for_load_state()
    ban.refresh_from_db()
    assert ban.state == Decision.State.UNDONE
    answer_appeals(second)
    second.visit("figures", reverse("admin:moderation_figures"))
    with second.page.expect_download() as download:
        second.page.get_by_role("button", name="Export as CSV").click()
    assert download.value.suggested_filename.endswith(".csv")
    return keys


def answer_appeals(desk: Desk) -> None:
    """One is granted, one is not."""
    told = Decision.objects.in_force().filter(person__isnull=False, appeal=None)
    for decision in told.exclude(kind="dismiss").exclude(decided_by=desk.user)[:2]:
        appeals.appeal(decision=decision, by_person=decision.person, text=f"Not me. {PROBE}")
    for key, outcome in {"g": "granted", "u": "upheld"}.items():
        desk.visit("appeals", reverse("admin:moderation_appeal_changelist"))
        appeal = (
            Appeal.objects.filter(outcome="waiting")
            .exclude(decision__decided_by=desk.user)
            .earliest("created_at")
        )
        desk.visit("appeal", reverse("admin:moderation_appeal_change", args=[appeal.pk]))
        desk.page.keyboard.press(key)
        desk.page.locator("textarea[name=answer]").fill("We have looked at it once more.")
        with desk.page.expect_navigation():
            desk.page.keyboard.press("Control+Enter")
        appeal.refresh_from_db()
        assert appeal.outcome == outcome


def look_at_everything(desk: Desk, paths: dict[str, str]) -> None:
    """Pages on which staff see what people wrote; nothing of it runs."""
    for name, path in paths.items():
        desk.visit(name, path)


def results(costs: dict, keys: dict[str, int]) -> str:
    """Medians by page."""
    rows = []
    for name, seen in costs.items():
        queries, views, paints = zip(*seen, strict=True)
        painted = [paint for paint in paints if paint]
        first = f"{statistics.median(painted):.0f}" if painted else "–"
        rows.append([name, f"{max(queries):.0f}", f"{statistics.median(views):.0f}", first])
    by_keys = ", ".join(f"{kind} {count}" for kind, count in keys.items())
    waiting = f"{Case.objects.count():,} cases; keys from the queue to a decision: {by_keys}"
    head = ["page", "queries at most", "view, ms", "first paint, ms"]
    return f"{waiting}.\n\n{table(head, rows)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--shots", type=Path, help="where to put a screenshot of each page")
    parser.add_argument("--headed", action="store_true", help="show the browser")
    options = parser.parse_args()
    if options.shots:
        options.shots.mkdir(parents=True, exist_ok=True)
    started = timezone.now()
    SecondFactor.objects.filter(user__email__endswith="@desk.example").delete()
    people = [hire("moderator", Role.MODERATOR), hire("lead", Role.LEAD), hire("second", Role.LEAD)]
    boss = hire("boss", Role.ADMIN)
    User.objects.filter(pk=boss.pk).update(is_superuser=True)
    costs: dict[str, list] = defaultdict(list)
    paths = plant()
    unseen = Photo.objects.filter(profile__user__is_active=True, held_at=None).values("pk")[:200]
    Photo.objects.filter(pk__in=list(unseen.values_list("pk", flat=True))).update(reviewed_at=None)
    with serving() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, headless=not options.headed, args=["--no-sandbox"]
        )
        moderator, lead, second = (
            Desk(browser, base, user, costs, options.shots) for user in people
        )
        for desk in (moderator, lead, second):
            desk.sign_in()
        keys = work(moderator)
        look_up(moderator)
        keys["ban"] = lead_the_desk(lead, second)
        everything = Desk(browser, base, boss, costs, None)
        everything.sign_in()
        look_at_everything(everything, {**paths, "API documentation": reverse("docs")})
        browser.close()
    spent = (timezone.now() - started).total_seconds()
    print(f"{len(costs)} pages, {spent:.0f} s")
    write("desk in a browser", "The staff desk in a browser", results(costs, keys))


if __name__ == "__main__":
    main()
