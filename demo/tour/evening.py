"""The evening from its beginning to its end."""

import contextlib
import secrets
import time
import urllib.error
import uuid
from random import Random

from demo import portraits
from demo.tour.news import News
from demo.tour.owners import PASSWORD, Owner, Surprise, multipart

SEATTLE = {"latitude": 47.6205, "longitude": -122.3493}
# About two kilometres away, so that they are neighbours in different cells.
NEARBY = {"latitude": 47.6032, "longitude": -122.3303}


class Tour(News):
    """The whole evening, step by step."""

    def run(self) -> None:
        """The whole evening."""
        self.check_the_house()
        self.settle(self.mia, "Pickle", "Beagle", SEATTLE)
        self.settle(self.leo, "Biscuit", "Golden Retriever", NEARBY)
        self.meet()
        conversation = self.match()
        self.talk(conversation)
        self.find_a_playground(conversation)
        self.listen(conversation)
        self.look_up()
        self.be_reached(conversation)
        self.leave(conversation)
        total = time.perf_counter() - self.began
        print(f"\n{self.steps} steps in {total:.1f} s; everything answered as it should.")

    def tidy_up(self) -> None:
        """Take back what a tour that ended early left behind."""
        for owner in (self.mia, self.leo):
            if owner.token:
                with contextlib.suppress(Surprise, urllib.error.URLError):
                    owner.ask("DELETE", "/me", {"password": PASSWORD}, expect=204)

    def check_the_house(self) -> None:
        """See whether anybody is home."""
        address = self.mia.address
        ready = ("GET", f"{address}/health/ready")
        self.step(self.mia, "is the server ready", *ready, expect=200, says="{0[status]}")
        self.step(self.mia, "asks without signing in", "GET", "/me", expect=401)

    def settle(self, owner: Owner, dog: str, breed: str, place: dict) -> None:
        """From registration to a complete profile."""
        owner.email = f"{dog.lower()}.{secrets.token_hex(5)}@tour.pupmatch.example"
        account = {"email": owner.email, "password": PASSWORD}
        pair = self.step(
            owner, "registers", "POST", "/auth/register", account, expect=201,
            says="{0[user][email]}",
        )  # fmt: skip
        owner.token = pair["access"]
        pair = self.step(owner, "signs in again", "POST", "/auth/token", account, expect=200,
                         says="access and refresh token")  # fmt: skip
        owner.token = pair["access"]
        profile = {
            "name": dog, "age": 3, "breed": breed, "sex": "female", "size": "medium",
            "activity_level": "high", "bio": f"{dog} never says no to a stick.",
            "temperament": ["playful", "friendly"], "play_styles": ["chase", "fetch"],
        }  # fmt: skip
        made = self.step(
            owner, f"makes {dog}'s profile", "POST", "/me/profile", profile, expect=201,
            says="still missing: {0[missing]}",
        )  # fmt: skip
        owner.known["profile"] = made["id"]
        self.step(owner, "asks for the deck too early", "GET", "/deck", expect=409,
                  says="{0[code]}, missing {0[missing]}")  # fmt: skip
        self.add_photos(owner, dog, breed)
        prompts = {"prompts": [{"question": "Best trick?", "answer": "Finding every puddle."}]}
        self.step(owner, "answers a prompt", "PUT", "/me/prompts", prompts, expect=200)
        self.step(
            owner, "says where they live", "PUT", "/me/location", place, expect=200,
            says="an area around {0[latitude]:.3f}, {0[longitude]:.3f}",
        )  # fmt: skip
        whole = self.step(owner, "looks at the whole profile", "GET", "/me/profile", expect=200,
                          says="complete: {0[is_complete]}")  # fmt: skip
        if not whole["is_complete"]:
            raise Surprise(f"{dog}'s profile is not complete: {whole['missing']}")

    def add_photos(self, owner: Owner, dog: str, breed: str) -> None:
        """Three photos, put into another order."""
        rng = Random(dog)
        look = portraits.look_for(breed, rng)
        ids = []
        for shot in portraits.album(3, rng):
            body, content_type = multipart(portraits.jpeg(look, shot))
            photo = self.step(
                owner, f"adds a photo ({len(body) // 1024} kB)", "POST", "/me/photos", body,
                expect=201, Content_Type=content_type, says="{0[width]}×{0[height]}, {0[thumbhash]}",
            )  # fmt: skip
            ids.append(photo["id"])
        self.step(owner, "puts the last photo first", "PUT", "/me/photos/order",
                  {"ids": [ids[-1], *ids[:-1]]}, expect=200)  # fmt: skip

    def meet(self) -> None:
        """Both look through the deck; Mia finds Leo's dog in it."""
        self.step(self.mia, "prefers lively dogs within 10 km", "PATCH", "/me/preferences",
                  {"distance_unit": "kilometers", "max_distance": 10, "activity_level": "high"},
                  expect=200)  # fmt: skip
        url: str | None = "/deck?limit=50"
        seen: dict[str, dict] = {}
        while url and self.leo.known["profile"] not in seen:
            page = self.step(self.mia, "looks through the deck", "GET", url, expect=200,
                             says="{0[results][0][profile][name]} comes first")  # fmt: skip
            seen |= {item["profile"]["id"]: item for item in page["results"]}
            url = page["next"]
        item = seen[self.leo.known["profile"]]
        fit = item["compatibility"]
        print(
            f"{'':28}{item['profile']['name']}: {fit['score']} of 100, {item['distance']['text']}"
        )
        for part in fit["parts"]:
            print(f"{'':30}{part['points']:5.1f}  {part['text']}")

    def match(self) -> str:
        """Both like each other; twice, because apps do. Returns the conversation's id."""
        wish = {"profile_id": self.leo.known["profile"], "comment": "Biscuit looks like fun!"}
        self.step(
            self.mia, "likes Biscuit", "POST", "/likes", wish, expect=201, says="match: {0[match]}"
        )
        self.step(self.mia, "likes Biscuit again", "POST", "/likes", wish, expect=200)
        received = self.step(self.leo, "sees who likes Biscuit", "GET", "/likes/received", expect=200,
                             says="“{0[results][0][comment]}”")  # fmt: skip
        liker = received["results"][0]["profile"]["id"]
        outcome = self.step(self.leo, "likes Pickle back", "POST", "/likes", {"profile_id": liker},
                            expect=201, says="a match with {0[match][profile][name]}")  # fmt: skip
        self.step(self.mia, "finds the match", "GET", "/matches", expect=200,
                  says="{0[results][0][profile][name]}")  # fmt: skip
        return outcome["match"]["conversation_id"]

    def talk(self, conversation: str) -> None:
        """A few messages, one of them sent twice by a shaky connection."""
        path = f"/conversations/{conversation}/messages"
        hello = {"client_id": str(uuid.uuid4()), "body": "Hello! Park on Saturday?"}
        for expect in (201, 200):
            self.step(self.mia, "writes", "POST", path, hello, expect=expect,
                      says="message {0[position]}: {0[body]}")  # fmt: skip
        inbox = self.step(self.leo, "opens the inbox", "GET", "/conversations", expect=200,
                          says="{0[results][0][unread_count]} unread")  # fmt: skip
        if inbox["results"][0]["unread_count"] != 1:
            raise Surprise("A message that was sent twice counts twice.")
        self.step(self.leo, "reads", "POST", f"/conversations/{conversation}/read", {"position": 1},
                  expect=200, says="{0[unread_count]} unread")  # fmt: skip
        answer = {"client_id": str(uuid.uuid4()), "body": "Biscuit is in. Where?"}
        self.step(self.leo, "answers", "POST", path, answer, expect=201, says="{0[body]}")

    def find_a_playground(self, conversation: str) -> None:
        """Mia adds a place, finds it again by a misspelt name, and shares it."""
        place = {"name": "Olympic Sculpture Lawn", "description": "Fenced, with a view.",
                 "location": {"latitude": 47.6166, "longitude": -122.3553}, "features": ["fenced"]}  # fmt: skip
        found = self.step(
            self.mia, "looks for playgrounds nearby", "GET",
            f"/playgrounds?near={SEATTLE['latitude']},{SEATTLE['longitude']}&radius_m=3000",
            expect=200,
        )  # fmt: skip
        nearest = found["results"][0]["name"] if found["results"] else "none yet"
        print(f"{'':28}nearest: {nearest}")
        made = self.step(self.mia, "adds a playground", "POST", "/playgrounds", place, expect=201,
                         Idempotency_Key=str(uuid.uuid4()), says="{0[name]}")  # fmt: skip
        self.step(self.leo, "searches with a slip of the finger", "GET",
                  "/playgrounds?q=olimpic+sculptur", expect=200, says="{0[results][0][name]}")  # fmt: skip
        self.step(self.leo, "marks it as a favourite", "PUT", f"/playgrounds/{made['id']}/favorite",
                  expect=200)  # fmt: skip
        share = {"client_id": str(uuid.uuid4()), "playground_id": made["id"]}
        path = f"/conversations/{conversation}/messages"
        self.step(self.mia, "shares it in the conversation", "POST", path, share, expect=201,
                  says="{0[playground][name]}")  # fmt: skip
        self.step(
            self.leo, "reads the history", "GET", path, expect=200, says="{0[results][2][kind]}"
        )
        self.step(self.mia, "removes the playground again", "DELETE", f"/playgrounds/{made['id']}",
                  expect=204)  # fmt: skip

    def leave(self, conversation: str) -> None:
        """They part, and leave nothing behind."""
        matches = self.mia.ask("GET", "/matches", expect=200)["results"]
        self.step(self.mia, "ends the match", "DELETE", f"/matches/{matches[0]['id']}", expect=204)
        late = {"client_id": str(uuid.uuid4()), "body": "Too late?"}
        self.step(self.leo, "writes after the end", "POST", f"/conversations/{conversation}/messages",
                  late, expect=409, says="{0[code]}")  # fmt: skip
        for owner in (self.mia, self.leo):
            self.step(
                owner, "erases the account", "DELETE", "/me", {"password": PASSWORD}, expect=204
            )
            self.step(owner, "asks with the old token", "GET", "/me", expect=401)
