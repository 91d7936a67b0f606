from io import StringIO
from unittest.mock import patch

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from demo import founding, settling
from demo.pictures import develop
from matching.models import Like, Match, Pass
from matching.tests.naive import deck
from messaging.models import Message, Participant
from playgrounds.models import Favorite, Playground
from profiles.cells import cell_of
from profiles.models import Photo, Preferences, Profile
from pupmatch.lib.models import DiscardedFile

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def debugging(settings):
    settings.DEBUG = True


def seed(*args: str, dogs: int = 6, photos: bool = False) -> str:
    out = StringIO()
    command = ["seed_demo", "--dogs", str(dogs), "--verbosity", "0", *args]
    call_command(*command, *([] if photos else ["--no-photos"]), stdout=out)
    return out.getvalue()


def town() -> dict:
    """Everything that a seed decides; neither ids nor times."""
    profiles = Profile.objects.order_by("user__email")
    fields = ("user__email", "name", "birth_date", "bio", "breed__name", "location", "play_styles")
    return {
        "profiles": list(profiles.values_list(*fields)),
        "photos": list(profiles.values_list("user__email", "photos__thumbhash").order_by("user__email", "photos__position")),
        "prompts": list(profiles.values_list("user__email", "prompts__answer").order_by("user__email", "prompts__position")),
        "wishes": list(Preferences.objects.order_by("user__email").values_list("max_age", "max_distance")),
        "likes": sorted(Like.objects.values_list("liker__user__email", "liked__user__email", "comment")),
        "passes": sorted(Pass.objects.values_list("passer__user__email", "passed__user__email")),
        "messages": sorted(Message.objects.values_list("sender__user__email", "position", "body", "playground__name"), key=str),
        "playgrounds": sorted(Playground.objects.values_list("name", "place", "location"), key=str),
        "favorites": sorted(Favorite.objects.values_list("user__email", "playground__name")),
    }  # fmt: skip


def test_the_same_seed_makes_the_same_town():
    seed()
    first = town()
    seed("--reset")
    assert town() == first
    seed("--reset", "--seed", "2")
    assert town()["profiles"] != first["profiles"]


def test_a_town_keeps_every_rule_of_the_product():
    assert "20 dogs moved to Seattle, US." in seed(dogs=20)
    profiles = Profile.objects.all()
    assert profiles.count() == profiles.filter(is_complete=True).count() == 20
    assert all(cell_of(dog.location).centre == dog.location for dog in profiles)
    assert not DiscardedFile.objects.exists()
    for match in Match.objects.all():
        assert Like.objects.filter(liker=match.low, liked=match.high).exists()
        assert Like.objects.filter(liker=match.high, liked=match.low).exists()
        assert not match.conversation.messages.filter(created_at__lt=match.created_at).exists()
    assert Match.objects.count() > 2
    now = timezone.now()
    for rows in (Like, Pass, Match, Message):
        assert not rows.objects.filter(created_at__gt=now).exists()
    for side in Participant.objects.annotate(end=F("conversation__last_position")):
        waiting = side.conversation.messages.filter(position__gt=side.read_position)
        assert side.unread_count == waiting.exclude(sender=side.profile).count()
    assert 12 <= Playground.objects.count() <= 20
    assert Favorite.objects.exists()


def test_the_two_owners_have_plenty_to_look_at(client_for):
    seed(dogs=40)
    for name in ("ada", "ben"):
        user = User.objects.get(email=f"{name}@{settling.DOMAIN}")
        dog = user.profile
        assert deck(dog, timezone.now()).count() >= 8
        assert Match.objects.active().of(dog).count() >= 3
        received = Like.objects.filter(liked=dog).exclude(liker__likes_received__liker=dog)
        assert received.exists()
        inbox = client_for(user).get("/api/v1/conversations").json()["results"]
        assert len(inbox) >= 3
    ada, ben = (Profile.objects.get(user__email=f"{n}@{settling.DOMAIN}") for n in ("ada", "ben"))
    talk = Match.objects.between(ada, ben).get().conversation
    assert talk.messages.count() >= 10
    assert Participant.objects.get(conversation=talk, profile=ada).unread_count == 1


def test_the_sign_ins_that_it_tells_are_good(api):
    told = seed()
    for name in ("ada", "ben", "staff", "moderator", "lead"):
        email = f"{name}@{settling.DOMAIN}"
        assert email in told
        answer = api.post("/api/v1/auth/token", {"email": email, "password": settling.PASSWORD})
        assert answer.status_code == 200
    assert settling.PASSWORD in told
    assert User.objects.get(email=settling.STAFF).is_superuser


def test_drawn_photos_go_through_the_products_own_pipeline():
    seed(dogs=3, photos=True)
    for photo in Photo.objects.all():
        assert photo.width >= 900
        assert default_storage.exists(photo.large.name)
    assert all(2 <= dog.photo_count <= 5 for dog in Profile.objects.all())


def test_a_second_run_leaves_the_town_alone():
    seed()
    before = town()
    assert "The demo town is there already, with 6 dogs." in seed("--seed", "9", dogs=4)
    assert town() == before


def test_a_reset_erases_the_old_town_files_included(django_capture_on_commit_callbacks):
    stranger = User.objects.create_user("stranger@pupmatch.example", "a walk in the park")
    seed()
    ada = User.objects.get(email=f"ada@{settling.DOMAIN}")
    ada.set_password("changed meanwhile")
    ada.save()
    old = [photo.large.name for photo in Photo.objects.all()]
    with django_capture_on_commit_callbacks(execute=True):
        seed("--reset", "--city", "Salzburg", dogs=4)
    assert not any(default_storage.exists(name) for name in old)
    assert Profile.objects.count() == 4
    assert (
        Playground.objects.filter(place__endswith="Salzburg").count() == Playground.objects.count()
    )
    assert User.objects.filter(pk=stranger.pk).exists()


def test_half_a_town_is_cleared_and_built_anew():
    with (
        patch.object(settling.Housing, "hire_staff", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        seed()
    assert not founding.is_founded()
    assert "6 dogs moved to" in seed()
    assert Profile.objects.count() == 6


def test_it_refuses_production_unless_forced(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="known passwords"):
        seed()
    assert not User.objects.exists()
    seed("--force", dogs=3)
    assert Profile.objects.count() == 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--city", "Seatle"], "Did you mean: Seattle, US"),
        (["--city", "Seattle", "--country", "FR"], "no city called Seattle in FR"),
        (["--dogs", "2"], "at least 3 dogs"),
        (["--dogs-from", "nowhere.csv"], "nowhere.csv: No such file"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_changed(arguments, says):
    with pytest.raises(CommandError, match=says):
        seed(*arguments)
    assert not User.objects.exists()
    assert not Playground.objects.exists()


def test_dogs_come_from_a_list_of_licences(tmp_path):
    path = tmp_path / "dogs.csv"
    path.write_text(
        "AnimalName,AnimalGender,AnimalBirthYear,BreedName\n"
        "LUMI,F,2019,Shih Tzu Crossbreed\nUNKNOWN,M,2017,Poodle\nDUBU,M,2017,Siberian Husky\n"
    )
    told = seed("--dogs-from", str(path))
    assert "2 dogs are taken from" in told
    assert "1 × no name" in told
    dubu = Profile.objects.get(name="Dubu")
    assert (dubu.breed.name, dubu.sex, dubu.birth_date.year) == ("Siberian Husky", "male", 2017)
    assert dubu.user.email == f"dubu.4@{settling.DOMAIN}"
    assert Profile.objects.get(name="Lumi").breed.name == "Mixed breed"
    assert Profile.objects.count() == 6


def test_a_name_in_another_script_makes_an_address_too(tmp_path):
    path = tmp_path / "dogs.csv"
    path.write_text("name,breed\nЛайка,Samoyed\n", encoding="utf-8")
    seed("--dogs-from", str(path), dogs=3)
    assert Profile.objects.get(name="Лайка").user.email == f"dog.3@{settling.DOMAIN}"


def test_many_dogs_are_drawn_by_several_processes(monkeypatch):
    calls = []

    class Pool:
        def __init__(self, processes, initializer):
            calls.append(initializer.__name__)

        def __enter__(self):
            return self

        def __exit__(self, *error):
            return None

        def imap(self, function, things):
            return map(function, things)

    monkeypatch.setattr(
        "demo.pictures.multiprocessing.get_context", lambda _: type("C", (), {"Pool": Pool})
    )
    monkeypatch.setattr("demo.pictures._photograph", lambda dog: dog)
    assert list(develop([None] * 20, drawn=True)) == [None] * 20
    assert calls == ["setup"]
