"""What is held is seen by nobody else, wherever they look; released, it is as it was.

A word is planted in everything that can be held, and looked for in every answer, event and
notification that anybody can get.
"""

import re
from dataclasses import dataclass
from typing import Any

import pytest

from events.models import Stream
from matching import services as matching
from matching.tests.factories import matched
from messaging import holding as messages
from messaging.models import Message, Participant
from messaging.tests.factories import say
from notifications.news import Scope, news_of
from profiles import holding
from profiles.models import Photo, Profile, Prompt
from profiles.tests.factories import PhotoFactory, ProfileFactory, PromptFactory
from tests.access.operations import ADDRESSES

pytestmark = pytest.mark.django_db

WORD = "swordfish"
ASKED = {
    "messages/search": [f"?q={WORD}", "?q=hello"],
    "conversations/<id:id>/messages": ["", "?order=desc"],
    "events": ["?after=0"],
    "playgrounds": ["?near=47.61,-122.33", "?bbox=-123,47,-122,48"],
}
# Where the word is seen before anything is held, and by whom.
SEEN = {
    "profiles/<id:pk>": {"author", "friend", "stranger", "admirer", "admired", "passer"},
    "deck": {"stranger", "admired"},
    "likes/received": {"admired"},
    "likes/sent": {"friend", "admirer"},
    "passes": {"passer"},
    "matches": {"friend"},
    "matches/<id:pk>": {"friend"},
    "conversations": {"author", "friend"},
    "conversations/<id:id>": {"author", "friend"},
    "conversations/<id:id>/messages": {"author", "friend"},
    "messages/search": {"author", "friend"},
    "events": {"author", "friend", "admired"},
    "me/profile": {"author"},
}


@dataclass
class Town:
    """Somebody who says the word wherever they can, and others in every relation to them."""

    people: dict[str, Profile]
    clients: dict[str, Any]
    photo: Photo
    prompts: list[Prompt]
    said: Message
    ids: list[Any]

    @property
    def author(self) -> Profile:
        return self.people["author"]

    def hold(self) -> None:
        holding.hold_bio(profile=self.author)
        holding.hold_photo(photo=self.photo)
        for prompt in self.prompts:
            holding.hold_prompt(prompt=prompt)
        messages.hold(message=self.said)

    def release(self) -> None:
        holding.release_bio(profile=self.author)
        holding.release_photo(photo=self.photo)
        for prompt in self.prompts:
            holding.release_prompt(prompt=prompt)
        messages.release(message=self.said)

    def answers(self, name: str) -> dict[tuple[str, str], Any]:
        """All that one of them is answered to any GET, by address and what it was filled with."""
        found = {}
        for address in ADDRESSES:
            short = address.removeprefix("/api/v1/")
            paths = {re.sub("<[^>]+>", str(pk), address) for pk in self.ids}
            for path in (path + query for path in paths for query in ASKED.get(short, [""])):
                answer = self.clients[name].get(path)
                if answer.status_code == 200 and short != "schema":
                    found[short, path] = answer.json()
        return found

    def notifications(self) -> str:
        """Whatever could be pushed or mailed to anybody of all that happened."""
        streams = Stream.objects.values_list("user", "last_position")
        return str(news_of([Scope(user_id, 1, last) for user_id, last in streams]))


@pytest.fixture
def town(client_for):
    names = ("author", "friend", "stranger", "admirer", "admired", "passer")
    people = {name: ProfileFactory() for name in names}
    author = people["author"]
    Profile.objects.filter(pk=author.pk).update(bio=f"A {WORD}.")
    files = {size: f"photos/{WORD}-{size}.webp" for size in ("small", "medium", "large")}
    photo = PhotoFactory(profile=author, **files)
    prompts = [
        PromptFactory(profile=author, question=f"A {WORD}?"),
        PromptFactory(profile=author, answer=f"A {WORD}."),
    ]
    PromptFactory(profile=author)
    match = matched(author, people["friend"])
    side = Participant.objects.get(conversation=match.conversation_id, profile=author)
    say(side, "hello")
    said = say(side, f"hello, {WORD}")
    matching.like(liker=people["admirer"], liked=author)
    matching.like(liker=author, liked=people["admired"])
    matching.pass_on(passer=people["passer"], passed=author)
    clients = {name: client_for(person.user) for name, person in people.items()}
    ids = [author.pk, photo.pk, prompts[0].pk, match.pk, match.conversation_id, said.pk]
    return Town(people, clients, photo, prompts, said, ids)


def where(answers):
    """Where the word is, by address; and all the answers that it is in."""
    found = {key: answer for key, answer in answers.items() if WORD in str(answer)}
    return {short for short, _ in found}, found


def test_the_word_is_seen_before_and_by_nobody_else_while_it_is_held(town):
    before = {name: where(town.answers(name)) for name in town.people}
    for name, (addresses, _) in before.items():
        assert addresses == {address for address, people in SEEN.items() if name in people}, name
    assert WORD in town.notifications()
    town.hold()
    for name in town.people:
        addresses, _ = where(town.answers(name))
        assert addresses == ({"me/profile"} if name == "author" else set()), name
    assert WORD not in town.notifications()
    town.release()
    for name, (_, answers) in before.items():
        _, now = where(town.answers(name))
        for (short, path), answer in answers.items():
            if short == "events":
                # That it was held and released is told, too.
                now[short, path] = now[short, path]["events"][: len(answer["events"])]
                answer = answer["events"]
            assert now[short, path] == answer, (name, path)
    assert WORD in town.notifications()


def test_what_is_left_of_a_card_tells_nothing_of_what_is_held(town):
    first, second = town.author.photos.all()[:2]
    holding.hold_photo(photo=first)
    town.hold()
    holding.release_photo(photo=town.photo)
    card = town.clients["stranger"].get(f"/api/v1/profiles/{town.author.pk}").json()
    photos = [(photo["id"], photo["position"]) for photo in card["photos"]]
    assert photos == [(str(second.pk), 0), (str(town.photo.pk), 1)]
    assert (card["bio"], len(card["prompts"])) == ("", 1)
    assert "held" not in str(card)


def test_cards_in_answers_to_what_one_does_show_nothing_held_either(town):
    town.hold()
    url = f"/api/v1/conversations/{town.said.conversation_id}"
    answers = [
        town.clients["friend"].post(f"{url}/read", {"position": 2}),
        town.clients["admired"].post("/api/v1/likes", {"profile_id": town.author.pk}),
        town.clients["author"].post(
            f"{url}/messages", {"client_id": town.said.client_id, "body": town.said.body}
        ),
    ]
    assert [answer.status_code for answer in answers] == [200, 201, 200]
    assert answers[1].json()["match"]
    assert not [answer.content for answer in answers if WORD in answer.content.decode()]


def test_with_too_few_photos_left_a_dog_is_out_of_every_deck_and_back_in_it(town):
    def deck():
        rows = town.clients["stranger"].get("/api/v1/deck").json()["results"]
        return str(town.author.pk) in {row["profile"]["id"] for row in rows}

    assert deck()
    photos = list(town.author.photos.all())
    for photo in photos:
        holding.hold_photo(photo=photo)
    assert not deck()
    assert town.clients["stranger"].get(f"/api/v1/profiles/{town.author.pk}").status_code == 404
    own = town.clients["author"].get("/api/v1/me/profile").json()
    assert (own["is_complete"], own["missing"], len(own["photos"])) == (False, ["photos"], 3)
    for photo in photos:
        holding.release_photo(photo=photo)
    assert deck()
