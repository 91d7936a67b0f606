"""What staff removed and somebody posts again: held until they have looked, and never refused."""

from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from matching.services import like
from matching.tests.factories import matched
from messaging.models import Participant
from messaging.tests.factories import say
from moderation import deciding, findings, subjects
from moderation.models import Case, Decision, Reason
from moderation.tests.desk import decided, dog, lead, undone
from playgrounds.services import add_playground
from playgrounds.tests.factories import PlaygroundFactory, ReviewFactory
from profiles.models import Photo, Profile
from profiles.services import add_photo, change_profile, set_prompts, store_renditions
from profiles.tests.pictures import rendered
from screening.models import BannedMark, Finding

pytestmark = pytest.mark.django_db

BIO = "Puppies for everybody, ask me how."


@pytest.fixture
def me():
    return dog(bio=BIO)


def is_held_with(profile, bio):
    change_profile(profile=profile, bio=bio)
    return Profile.objects.get(pk=profile.pk).bio_held_at is not None


def found():
    return list(Finding.objects.values_list("kind", "response", "subject_type"))


def test_a_removed_bio_does_not_come_back_by_way_of_an_empty_one(me):
    decision = decided(me, "remove")
    assert not is_held_with(me, "")
    assert is_held_with(me, "Puppies for EVERYBODY - ask me how!")
    assert found() == [("banned_text", "hold", "profile")]
    findings.gather_findings()
    assert Case.objects.get(closed_at=None).finding_count == 1
    undone(decision)
    assert not is_held_with(me, "")
    assert not is_held_with(me, BIO)


def test_nor_in_somebody_elses_profile(me):
    decision = decided(me, "remove")
    another = dog()
    assert is_held_with(another, BIO)
    assert not is_held_with(another, "Something else that is long enough.")
    [prompt] = set_prompts(profile=another, prompts=[{"question": "Why?", "answer": BIO}])
    assert prompt.held_at
    undone(decision)
    assert not is_held_with(another, BIO)


def test_what_two_decisions_removed_waits_until_both_are_undone(me):
    another = dog(bio=BIO)
    decisions = [decided(each, "remove") for each in (me, another)]
    for decision, is_held in zip(decisions, (True, False), strict=True):
        undone(decision)
        assert is_held_with(dog(), BIO) == is_held


def test_the_question_of_a_removed_prompt_is_everybodys(me):
    prompt = me.prompts.first()
    answer = "Ask me for my price list"
    prompt.answer = answer
    prompt.save()
    decided(prompt, "remove")
    again = [
        {"question": prompt.question, "answer": "I love long walks"},
        {"question": "Another question?", "answer": answer},
    ]
    rows = set_prompts(profile=dog(), prompts=again)
    assert [row.held_at is not None for row in rows] == [False, True]


def test_removed_words_of_every_kind_are_marked(me):
    match = matched(me, dog())
    side = Participant.objects.get(conversation=match.conversation_id, profile=me)
    place = PlaygroundFactory(
        created_by=me.user, name="The park that is none", description="There is no such place."
    )
    review = ReviewFactory(user=me.user, text="What a dump, stay away from it.")
    message = say(side)
    type(message).objects.filter(pk=message.pk).update(body="Puppies, cheap puppies!")
    for thing, number in ((message, 1), (place, 2), (review, 1)):
        decision = decided(thing, "remove")
        marks = BannedMark.objects.filter(decision_id=decision.pk, kind="text")
        assert marks.count() == number
    fields = {"location": place.location, "name": "Another name for it"}
    again = add_playground(user=dog().user, description="There is NO such place", **fields)
    assert again.held_at


# --- Photos ---------------------------------------------------------------------------------------


def upload(profile):
    picture = Image.linear_gradient("L").resize((640, 480)).convert("RGB")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((40, 60, 300, 400), fill="navy")
    draw.rectangle((330, 20, 600, 180), fill="gold")
    content = BytesIO()
    picture.save(content, "JPEG")
    renditions = rendered(content.getvalue())
    return add_photo(profile=profile, renditions=renditions, names=store_renditions(renditions))


@pytest.mark.parametrize("kind", ["remove", "hold_photos"])
def test_a_removed_photo_is_held_when_it_is_uploaded_again(me, kind):
    photo = upload(me)
    assert photo.held_at is None
    decision = decided(photo if kind == "remove" else me, kind)
    for profile in (me, dog()):
        again = upload(profile)
        assert Photo.objects.get(pk=again.pk).held_at
    assert {each[0] for each in found()} == {"banned_photo"}
    undone(decision)
    assert upload(dog()).held_at is None


# --- What nobody can report -----------------------------------------------------------------------


def test_what_was_found_in_the_comment_of_a_like_comes_into_a_case(me):
    like(liker=me, liked=dog(), comment="Call 206-555-0143!")
    findings.gather_findings()
    case = Case.objects.get()
    [finding] = Finding.objects.all()
    assert (case.about, case.finding_count, finding.subject_type) == (me.user, 1, "like")
    name = (finding.subject_type, finding.subject_id)
    assert subjects.get(subject_type=name[0], subject_id=name[1]) is None
    with pytest.raises(deciding.DoesNotFit):
        deciding.decide(case=case, by=lead(), kind="remove", reason=Reason.SPAM, subject=name)
    decision = deciding.decide(case=case, by=lead(), kind="dismiss", reason=Reason.SPAM)
    assert decision.state == Decision.State.IN_FORCE
