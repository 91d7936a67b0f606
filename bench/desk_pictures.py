"""The pictures of docs/moderation.md: each page of the staff desk, on a demo town.

    python manage.py seed_demo --dogs 120
    python -m bench.desk_pictures [--into FOLDER] [--dark] [--width 900]

Takes a demo town that nobody has worked in yet, adds what its days lack (a telephone number in a bio, a
telephone that two share), and claims cases; nothing is decided. Chromium as for `bench.desk`.
"""

import argparse
import os
import uuid
from collections import defaultdict
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pupmatch.settings")
os.environ.setdefault("STAFF_SECOND_FACTOR", "required")
# Playwright keeps an event loop in this thread; nothing here is asynchronous.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
django.setup()

from django.urls import reverse  # noqa: E402 (Django must be set up first)
from PIL import Image  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from accounts.models import SecondFactor  # noqa: E402
from accounts.services import open_session  # noqa: E402
from accounts.tests.authenticators import app_of, code  # noqa: E402
from bench.desk import CHROMIUM, PASSWORD, Desk, hire  # noqa: E402
from bench.desk_server import serving  # noqa: E402
from events.publishing import recorded  # noqa: E402
from matching.models import Match  # noqa: E402
from moderation import casework, findings  # noqa: E402
from moderation.models import Appeal, Case, Decision  # noqa: E402
from moderation.roles import Role  # noqa: E402
from profiles.models import Profile  # noqa: E402
from profiles.services import change_profile  # noqa: E402
from verification.models import Verification  # noqa: E402

HERE = Path(__file__).resolve().parent.parent / "docs" / "images" / "desk"
HEIGHT, COLOURS = 800, 256
# Charts grow for a second.
STILL_MS = 1500
TELEPHONE = "Walks at seven, text us: (206) 555-0147."


@recorded()
def prepare() -> None:
    """What the desk notices by itself, and somebody who may be two."""
    scam = _case_of("scam").about
    blameless = Profile.objects.filter(user__cases=None).select_related("user").order_by("pk")
    device = uuid.uuid4()
    for user in (scam, blameless[2].user):
        open_session(
            user=user,
            device_id=device,
            ip_address="198.51.100.23",
            user_agent="PupMatch/4.2 (Android 15)",
        )
    chatty = blameless[3]
    change_profile(profile=chatty, bio=f"{chatty.bio} {TELEPHONE}")


def _case_of(reason: str) -> Case:
    return Case.objects.open().filter(reports__reason=reason, decisions=None).in_order()[0]


class Photographer:
    """Somebody of staff, with a camera."""

    def __init__(self, desk: Desk, into: Path) -> None:
        self.desk, self.page, self.into = desk, desk.page, into

    def take(self, name: str, path: str = "") -> None:
        """A picture of the page that is open, or of another."""
        if path:
            self.page.goto(self.desk.base + path)
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_timeout(STILL_MS)
        target = self.into / f"{name}.png"
        self.page.screenshot(path=target)
        # Flat pages in few colours: a quarter of the bytes.
        few = Image.open(target).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(target, optimize=True)

    def sign_in(self) -> None:
        """In two steps, with a picture of each."""
        secret = app_of(self.desk.user)
        self.page.goto(f"{self.desk.base}/admin/")
        self.page.get_by_label("Email").fill(self.desk.user.email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.take("second-step")
        self.page.locator("input[name=code]").fill(code(secret))
        self.page.get_by_role("button", name="Sign in").click()
        self.take("overview")


def of_the_desk(camera: Photographer) -> None:
    """Everything that a moderator works in."""
    camera.take("queue", reverse("admin:moderation_case_changelist"))
    case = _case_of("scam")
    casework.claim(case=case, by=camera.desk.user)
    camera.take("case", reverse("admin:moderation_case_change", args=[case.pk]))
    camera.page.keyboard.press("s")
    camera.take("deciding")
    noticed = Case.objects.open().filter(finding_count__gt=0, report_count=0).in_order()[0]
    camera.take("noticed", reverse("admin:moderation_case_change", args=[noticed.pk]))
    camera.page.goto(camera.desk.base + reverse("admin:moderation_photos"))
    for _ in range(3):
        camera.page.keyboard.press("ArrowRight")
    camera.page.keyboard.press(" ")
    camera.take("photo-review")
    person = case.about
    assert person is not None
    camera.take("find", reverse("admin:moderation_find") + f"?q={person.email}")
    camera.take("person", reverse("admin:moderation_person", args=[person.pk]))
    verifications = reverse("admin:verification_verification_changelist")
    camera.take("verifications", verifications)
    waiting = Verification.objects.waiting().earliest("created_at")
    camera.take(
        "verification", reverse("admin:verification_verification_change", args=[waiting.pk])
    )
    talk = Match.objects.latest("created_at").conversation_id
    camera.take("conversation", reverse("admin:messaging_conversation_change", args=[talk]))
    read = camera.page.get_by_role("link", name="Read").first
    if read.is_visible():  # in narrow windows it is in a menu
        read.click()
        camera.take("reading")


def of_leads(camera: Photographer) -> None:
    """What a lead sees beside that."""
    ban = Decision.objects.proposed()[0]
    camera.take("ban-to-confirm", reverse("admin:moderation_decision_change", args=[ban.pk]))
    limit = Decision.objects.in_force().filter(kind="limit")[0]
    camera.take("decision", reverse("admin:moderation_decision_change", args=[limit.pk]))
    appeal = Appeal.objects.waiting()[0]
    camera.take("appeal", reverse("admin:moderation_appeal_change", args=[appeal.pk]))
    camera.take("figures", reverse("admin:moderation_figures"))
    camera.take("words", reverse("admin:screening_term_changelist"))
    camera.take("record", reverse("admin:lib_auditentry_changelist"))
    camera.take("security", reverse("staff:security"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--into", type=Path, default=HERE, help="where the pictures go")
    parser.add_argument("--dark", action="store_true", help="in dark colours")
    parser.add_argument("--width", type=int, default=1280, help="of the window, in pixels")
    options = parser.parse_args()
    options.into.mkdir(parents=True, exist_ok=True)
    SecondFactor.objects.filter(user__email__endswith="@desk.example").delete()
    people = [hire("moderator", Role.MODERATOR), hire("lead", Role.LEAD)]
    if not Case.objects.filter(report_count=0, finding_count__gt=0).exists():
        prepare()
    findings.gather_findings()
    with serving() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        cameras = [
            Photographer(Desk(browser, base, one, defaultdict(list), None), options.into)
            for one in people
        ]
        for camera, work in zip(cameras, (of_the_desk, of_leads), strict=True):
            camera.page.set_viewport_size({"width": options.width, "height": HEIGHT})
            camera.page.emulate_media(color_scheme="dark" if options.dark else "light")
            camera.sign_in()
            work(camera)
        browser.close()
    bytes_ = sum(picture.stat().st_size for picture in options.into.glob("*.png"))
    print(f"{len(list(options.into.glob('*.png')))} pictures, {bytes_ / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
