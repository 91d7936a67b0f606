import pytest
from django.urls import reverse

from matching.models import Candidate, Deck, FormerPass, Like, Match, Pass, Place
from matching.tests.factories import LikeFactory, PassFactory, kept_deck, matched
from profiles.models import Profile
from profiles.tests.factories import ProfileFactory
from pupmatch.lib.models import AuditEntry
from pupmatch.lib.tests.admin_pages import (
    PROBE,
    address,
    cannot_be_changed,
    filters_answer,
    list_costs_the_same,
    models_of,
    opens,
    superuser,
)

pytestmark = pytest.mark.django_db

MAKERS = {Match: matched, Like: LikeFactory, Pass: PassFactory, Deck: kept_deck}
each_model = pytest.mark.parametrize("model", MAKERS)


def test_no_model_is_forgotten():
    # Triggers keep two of these, and the third is between dogs that are gone: nothing to look up.
    assert models_of("matching", but={Candidate, FormerPass, Place}) == set(MAKERS)


@each_model
def test_every_page_opens(model):
    opens(superuser(), MAKERS[model]())


@each_model
def test_every_filter_answers(model):
    filters_answer(superuser(), model)


@each_model
def test_a_list_costs_the_same_for_one_row_and_for_twenty(model):
    list_costs_the_same(superuser(), MAKERS[model])


@each_model
def test_nobody_changes_what_people_decided(model):
    cannot_be_changed(superuser(), MAKERS[model]())


def test_what_came_with_a_like_is_read_with_a_reason():
    like = LikeFactory(comment="Such ears!")
    client = superuser()
    for path in (
        address(Like, "changelist"),
        address(like, "change"),
        address(like.liked, "change"),
    ):
        assert "Such ears!" not in client.get(path).content.decode()
    reason = {"_form_submitted": "True", "reason": "Case 01890000"}
    client.post(reverse("admin:matching_like_read", args=[like.pk]), reason)
    assert "Such ears!" in client.get(address(like, "change")).content.decode()
    assert AuditEntry.objects.about(like).get().action == "messages.read"


def test_from_a_dog_to_its_matches_conversations_and_likes():
    match = matched()
    client = superuser()
    lists = client.get(address(match.low, "change")).context["related_lists"]
    counts = {item.title: item.number for item in lists}
    assert counts["Match"] == "1"
    assert counts["Conversation"] == "1"
    assert counts["Likes"] == "2"
    assert counts["Passes"] == "0"
    page = client.get(address(match, "change")).content.decode()
    for row in (match.low, match.high, match.conversation):
        assert address(row, "change") in page


def test_matches_are_found_by_either_dog():
    match = matched()
    matched()
    client = superuser()
    for wanted in (match.pk, match.low_id, match.high_id, match.conversation_id):
        page = client.get(address(Match, "changelist"), {"q": str(wanted)})
        assert list(page.context["cl"].queryset) == [match]


def test_names_are_text():
    match, like, refusal = matched(), LikeFactory(comment=PROBE), PassFactory()
    Profile.objects.update(name=PROBE)
    client = superuser()
    for row in (match, like, refusal):
        for path in (address(type(row), "changelist"), address(row, "change")):
            page = client.get(path).content.decode()
            assert PROBE not in page, path
            assert "&lt;script&gt;" in page, path


def test_a_deck_says_whom_it_shows_and_why():
    dog = ProfileFactory(name="Bella")
    page = superuser().get(address(kept_deck(), "change")).content.decode()
    assert address(dog, "change") in page
    assert "<th>Recency</th>" in page
