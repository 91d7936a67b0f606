"""What people write is text: it comes back to the letter, is shown as text, and leads nowhere."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from django.urls import reverse

from matching.models import Like, Match
from messaging.models import Message
from messaging.tests.factories import say
from moderation.models import Appeal, Report
from moderation.tests.desk import case_of
from notifications.tests.provider import subscription
from playgrounds.models import Playground, Review
from profiles.models import Profile, Prompt
from pupmatch.lib.csv import FORMULAS, table
from pupmatch.lib.tests.admin_pages import address, superuser
from tests.input.asking import Here, taken_back
from tests.input.corpus import CORPUS
from tests.input.corpus.injections import ADDRESSES, HTML
from tests.input.corpus.rows import Row
from tests.input.corpus.text import SIGNS
from tests.input.insiders import Insider
from tests.input.operations import operations
from tests.input.people import insider
from tests.input.placing import Placement, placements
from tests.input.sampling import one_of
from tests.staff_pages import others_about

pytestmark = pytest.mark.django_db

# Where anything may be written, and where it is kept. Blanks around it do not count but in messages.
KEPT: dict[str, Callable[[], Any]] = {
    "me_profile_partial_update body bio": lambda: _newest(Profile, "bio"),
    "me_prompts_update body prompts/0/answer": lambda: _newest(Prompt, "answer"),
    "me_prompts_update body prompts/0/question": lambda: _newest(Prompt, "question"),
    "conversations_messages_create body body": lambda: _newest(Message, "body"),
    "likes_create body comment": lambda: _newest(Like, "comment"),
    "playgrounds_create body description": lambda: _newest(Playground, "description"),
    "playgrounds_create body place": lambda: _newest(Playground, "place"),
    "playgrounds_review_update body text": lambda: _newest(Review, "text"),
    "reports_create body text": lambda: _newest(Report, "text"),
    "me_decisions_appeal_create body text": lambda: _newest(Appeal, "text"),
}


def _newest(model: Any, name: str) -> Any:
    # What was changed last is at the end of its table.
    return model.objects.order_by("-pk" if model is not Profile else "-updated_at").values_list(
        name, flat=True
    )[0]


@pytest.fixture
def me(db: None) -> Insider:
    return insider()


@pytest.fixture
def bell() -> Iterator[socket.socket]:
    """A door at which nobody may ring."""
    with closing(socket.socket(socket.AF_INET6)) as listening:
        listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listening.bind(("::", 0))
        listening.listen()
        listening.setblocking(False)
        yield listening


def written(rows: list[Row], every: bool) -> Iterator[Placement]:
    """The rows at one of the places where anything may be written, or at each."""
    for row in rows:
        found = [
            each
            for each in placements(row, operations())
            if f"{each.operation} {each.slot}" in KEPT
        ]
        yield from found if every else [one_of(found, row.id)]


# What every place has room for.
SHORTEST = 100
TEXTS = [row for row in CORPUS["text"][0] if row.id.removeprefix("text: ") in SIGNS]


def test_it_comes_back_to_the_letter(me, sized):
    here, wrong = Here(), []
    for placement in written([*CORPUS["injections"][0], *TEXTS], bool(sized(0, 1))):
        text = placement.row.value.replace("PORT", "9")
        with taken_back():
            answer = here(placement.ask(me, port=9))
            if answer.status < 300:
                stored = KEPT[f"{placement.operation} {placement.slot}"]()
                wrong += [(str(placement), stored)] if stored.strip() != text.strip() else []
            elif not _may_be_refused(answer.data, placement):
                wrong += [(str(placement), answer.body)]
    assert wrong == []


def _may_be_refused(problem: dict, placement: Placement) -> bool:
    """Text that shows nothing, breaks what is to be one line, or is long; in names what reads as another."""
    may = {"blank", "control_character"}
    if len(placement.row.value) > SHORTEST:
        may.add("max_length")
    if str(placement.slot) == "body place":
        may |= {"unseen_character", "stacked_marks"}
    return {error["code"] for error in problem["errors"]} <= may


def test_an_address_in_it_is_never_asked(me, bell, run_jobs, sized):
    here, port = Here(), bell.getsockname()[1]
    rows = [row for row in CORPUS["injections"][0] if row.value in ADDRESSES]
    for row in rows:
        everywhere = list(placements(row, operations()))
        for placement in sized([one_of(everywhere, row.id)], everywhere):
            with taken_back():
                here(placement.ask(me, port))
                if placement.operation.id != "reports_create":  # whose job copies photos
                    run_jobs()
        refusal = here(_subscription(me, row.value.replace("PORT", str(port))))
        assert (refusal.status, refusal.data["errors"][0]["pointer"]) == (400, "/token"), row
    run_jobs()
    with pytest.raises(BlockingIOError):
        bell.accept()


def _subscription(me: Insider, endpoint: str) -> Any:
    [devices] = [each for each in operations() if each.id == "me_devices_update"]
    usual = devices.ask(me)
    token = json.dumps({**json.loads(subscription("", "a-browser")), "endpoint": endpoint})
    body = {**json.loads(usual.body), "provider": "webpush", "platform": "web", "token": token}
    return replace(usual, body=json.dumps(body).encode())


@pytest.fixture
def scripted(me: Insider) -> list[Any]:
    """Rows of everything that people write, each with all the markup that fits."""
    all_of_it = " ".join(HTML)
    Profile.objects.update(bio=all_of_it[:1000])
    for number, profile in enumerate(Profile.objects.all()):
        Profile.objects.filter(pk=profile.pk).update(name=HTML[number % len(HTML)][:50])
    Prompt.objects.update(question=all_of_it[:100], answer=all_of_it[-200:])
    Playground.objects.update(
        name=all_of_it[:200], place=all_of_it[-200:], description=all_of_it[:2000]
    )
    Review.objects.update(text=all_of_it[:1000])
    Like.objects.update(comment=all_of_it[:300])
    for side in Match.objects.first().conversation.participants.all():
        say(side, all_of_it)
    profile = Profile.objects.get(user=me.user_id)
    case_of(profile)
    Report.objects.update(text=all_of_it[:1000])
    models = (Profile, Prompt, Playground, Review, Like, Match, Message, Report)
    return [*(model.objects.last() for model in models), profile.user, Report.objects.last().case]


def test_staff_see_it_as_text(scripted):
    boss, seen = superuser(), 0
    for row in scripted:
        pages = [address(type(row), "changelist"), address(row, "change")]
        pages += [address(row, "history")] + [
            reverse(name, args=[row.pk]) for name in others_about(type(row))
        ]
        for page in pages:
            content = boss.get(page, follow=True).content.decode()
            marked = [text for text in HTML if "<" in text and text in content]
            assert not marked, (page, marked)
            seen += "&lt;script&gt;alert(1)" in content
    assert seen > 8


def test_spreadsheets_see_it_as_text():
    rows = [[row.value] for row in CORPUS["injections"][0]]
    cells = table(["what"], rows).split('\r\n"')[1:]
    assert len(cells) >= len(rows)
    assert not [cell for cell in cells if cell.lstrip().startswith(FORMULAS)]
