from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from screening import openers, services, tasks
from screening.models import Finding, Opener, Response
from screening.openers import MOST_A_DAY, MOST_ALIKE, MOST_AN_HOUR, likeness, sketched
from screening.tests.factories import somebody
from screening.tests.test_contacts import lines

ADVERT = (
    "Hi {name}, I breed the cutest goldendoodle puppies and have two left, {which}."
    " Ask me for pictures and the price, they go fast!"
)
HELLO = "Hello!"


def write(user, body=HELLO, talk=None):
    return services.look_at_opener(
        user_id=user.pk, conversation_id=talk or uuid4(), message_id=uuid4(), body=body
    )


def found():
    return list(Finding.objects.order_by("pk").values_list("kind", "detail"))


def some_time_ago(user, number, **ago):
    now = timezone.now()
    Opener.objects.bulk_create(
        Opener(user=user, conversation_id=uuid4(), created_at=now - timedelta(**ago))
        for _ in range(number)
    )


# --- How many -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_many_people_within_an_hour_are_noted_once():
    user = somebody()
    for _ in range(MOST_AN_HOUR):
        assert write(user) is None
    assert found() == []
    for _ in range(5):
        assert write(user) is None
    assert found() == [("many_openers", f"to {MOST_AN_HOUR + 1} people within an hour")]
    finding = Finding.objects.get()
    assert (finding.response, finding.subject_type) == (Response.FLAG, "message")
    write(somebody())
    assert Finding.objects.count() == 1


@pytest.mark.django_db
def test_the_same_person_counts_once():
    user, talk = somebody(), uuid4()
    for _ in range(MOST_AN_HOUR + 5):
        write(user, talk=talk)
    assert found() == []


@pytest.mark.django_db
def test_many_people_within_a_day():
    user = somebody()
    some_time_ago(user, MOST_A_DAY, hours=5)
    write(user)
    assert found() == [("many_openers", f"to {MOST_A_DAY + 1} people within a day")]


@pytest.mark.django_db
def test_what_was_long_ago_does_not_count():
    user = somebody()
    some_time_ago(user, 2 * MOST_A_DAY, hours=25)
    some_time_ago(user, MOST_AN_HOUR, hours=2)
    write(user)
    assert found() == []


# --- What they say --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_same_to_many_is_noted():
    user = somebody()
    for number in range(MOST_ALIKE + 3):
        write(user, ADVERT.format(name=f"Dog{number}", which="both girls"))
        assert len(found()) == (number >= MOST_ALIKE)
    assert found() == [("similar_openers", f"to {MOST_ALIKE + 1} people within a day")]


@pytest.mark.django_db
def test_greetings_and_different_texts_are_not():
    user = somebody()
    for text in list(lines("harmless"))[:15]:
        write(user, f"Hi! {text}")
        Opener.objects.update(created_at=timezone.now() - timedelta(hours=2))
    for _ in range(3):
        write(user, "Hello! How are you today?")
    assert found() == []


def test_likeness():
    advert = sketched(ADVERT.format(name="Bella", which="both girls"))
    for other in ({"name": "Max", "which": "both girls"}, {"name": "Old Rex", "which": "a boy"}):
        assert likeness(advert, sketched(ADVERT.format(**other))) >= openers.ALIKE
    assert likeness(advert, sketched(ADVERT.format(name="B", which="x").upper())) > 0.6
    texts = [each for text in lines("harmless") if (each := sketched(text))]
    assert max(likeness(advert, each) for each in texts) < openers.ALIKE / 2
    assert likeness(advert, None) == 0


@given(st.text(max_size=300))
def test_a_text_is_like_itself_and_says_nothing(text):
    sketch = sketched(text)
    if sketch is not None:
        assert len(sketch) == 64
        assert likeness(sketch, sketch) == 1
        assert sketch == sketched(f"  {text}! ")


def test_another_key_makes_another_sketch(settings):
    text = ADVERT.format(name="Bella", which="both girls")
    before = sketched(text)
    settings.SECRET_KEY = "another"
    assert likeness(before, sketched(text)) < 0.1


@pytest.mark.django_db
def test_the_same_comment_with_many_likes_is_noted_and_short_ones_are_not():
    user, again = somebody(), uuid4()

    def like(comment, liked=None):
        services.look_at_comment(
            user_id=user.pk, liked_id=liked or uuid4(), like_id=uuid4(), comment=comment
        )

    for _ in range(MOST_AN_HOUR + 5):
        like("What a tail!")
    for _ in range(MOST_ALIKE + 2):
        like(ADVERT.format(name="Rex", which="girls"), liked=again)
    assert (found(), Opener.objects.count()) == ([], MOST_ALIKE + 2)
    for _ in range(MOST_ALIKE):
        like(ADVERT.format(name="Rex", which="girls"))
    assert found() == [("similar_openers", f"to {MOST_ALIKE + 1} people within a day")]
    assert Finding.objects.get().subject_type == "like"


@pytest.mark.django_db
def test_openers_are_forgotten_after_a_day():
    user = somebody()
    some_time_ago(user, 3, hours=25)
    write(user)
    tasks.forget_old_openers()
    assert Opener.objects.count() == 1


@pytest.mark.django_db
def test_contacts_in_an_opener_are_found_too():
    assert write(somebody(), "Text me at 206-555-0143") == Response.FLAG
    assert write(somebody(), None) is None
    assert found() == [("contact", "a telephone number")]
