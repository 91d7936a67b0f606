"""What dogs may not be called, and that those who are called so already stay it."""

import pytest

from profiles.models import Profile
from profiles.tests.factories import ProfileFactory

pytestmark = pytest.mark.django_db

URL = "/api/v1/me/profile"
OURS = [
    "PupMatch", "pupmatch support", "The PUP MATCH Team", "P.u.p-M.a.t.c.h", "Pup\u00admatch",
    "\uff30\uff55\uff50Match", "Рuрmatch", "P\u00fcpm\u00e4tch", "PupM4tch", "Puprnatch",
]  # fmt: skip


def codes(answer):
    assert answer.status_code == 400, answer.content
    return {error["code"] for error in answer.json()["errors"]}


@pytest.mark.parametrize("name", OURS)
def test_nobody_speaks_for_us(client_for, name):
    client = client_for(ProfileFactory().user)
    assert codes(client.patch(URL, {"name": name})) <= {"reserved", "unseen_character"}


@pytest.mark.parametrize("name", ["Pup", "Match", "Puppy Matchstick", "Matchpup", "Moderator"])
def test_other_names_are_free(client_for, name):
    assert client_for(ProfileFactory().user).patch(URL, {"name": name}).status_code == 200


def test_a_new_dog_is_not_called_so_either(client_for):
    profile = ProfileFactory()
    client = client_for(profile.user)
    assert client.delete(URL).status_code == 204
    assert codes(client.post(URL, {"name": "PupMatch", "age": 3})) == {"reserved"}


def test_our_own_people_may_be_called_so(client_for):
    profile = ProfileFactory(user__is_staff=True)
    assert client_for(profile.user).patch(URL, {"name": "PupMatch Team"}).status_code == 200


@pytest.mark.parametrize("name", ["PupMatch Rex", "Rex\u202e", "R" + "\u0301" * 9])
def test_who_is_called_so_already_may_stay_it(client_for, name):
    profile = ProfileFactory(name=name)
    client = client_for(profile.user)
    answer = client.patch(URL, {"name": name, "bio": "Likes sticks."})
    assert (answer.status_code, answer.json()["bio"]) == (200, "Likes sticks.")
    assert client.patch(URL, {"name": "Rex"}).status_code == 200
    assert codes(client.patch(URL, {"name": name})) <= {
        "reserved", "unseen_character", "stacked_marks",
    }  # fmt: skip
    assert Profile.objects.get(pk=profile.pk).name == "Rex"
