"""People show their dogs, and say whom they look for."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from profiles.holding import hold_photo, release_photo
from profiles.models import Photo
from profiles.tests.factories import picture, upload
from tests.town.meeting import person
from tests.town.rules import Rules

PHOTO = picture(width=12, height=12)
# What it is → what it is answered.
JUNK = [(b"GIF89a", 415), (b"<svg/>", 415), (b"%!PS", 415), (PHOTO[:200], 400)]
ages = st.integers(0, 20)


class Dogs(Rules):
    """Photos and preferences."""

    @rule(who=person)
    def add_photo(self, who):
        answer = self.ask(who, "post", "me/photos", {"image": upload(PHOTO)}, format="multipart")
        if self.did(who, answer, 201 if len(self.photos[who]) < 6 else 409):
            self.photos[who].append(answer.json()["id"])

    @rule(who=person, junk=st.sampled_from(JUNK))
    def add_what_is_no_photo(self, who, junk):
        content, code = junk
        answer = self.ask(who, "post", "me/photos", {"image": upload(content)}, format="multipart")
        self.did(who, answer, code if len(self.photos[who]) < 6 else 409)

    @rule(who=person, index=st.integers(0, 5))
    def remove_photo(self, who, index):
        if not self.photos[who]:
            return
        chosen = self.photos[who][index % len(self.photos[who])]
        is_needed = chosen not in self.held and len(set(self.photos[who]) - self.held) == 2
        answer = self.ask(who, "delete", f"me/photos/{chosen}")
        if self.did(who, answer, 409 if is_needed else 204):
            self.photos[who].remove(chosen)

    @rule(who=person, seed=st.randoms(use_true_random=False))
    def order_photos(self, who, seed):
        order = list(self.photos[who])
        seed.shuffle(order)
        if self.did(who, self.ask(who, "put", "me/photos/order", {"ids": order}), 200):
            self.photos[who] = order

    @rule(who=person, index=st.integers(0, 5))
    def staff_hold_or_release_a_photo(self, who, index):
        if not self.photos[who]:
            return
        chosen = self.photos[who][index % len(self.photos[who])]
        turn = release_photo if chosen in self.held else hold_photo
        assert turn(photo=Photo.objects.get(pk=chosen))
        self.held ^= {chosen}

    @rule(who=person, least=ages, most=ages)
    def look_for_an_age(self, who, least, most):
        answer = self.ask(who, "patch", "me/preferences", {"min_age": least, "max_age": most})
        if self.did(who, answer, 200 if least <= most else 400):
            self.ranges[who] = (least, most)

    @rule(who=person, unit=st.sampled_from(["kilometers", "miles"]))
    def measure_otherwise(self, who, unit):
        if self.did(who, self.ask(who, "patch", "me/preferences", {"distance_unit": unit}), 200):
            self.units[who] = unit
