from functools import partial
from io import BytesIO
from itertools import cycle
from random import Random

import pytest
from PIL import Image

from demo import portraits
from demo.portraits import Shot, asleep, front, side
from demo.portraits.curves import area, furry, limb, mirrored, oval, path, smooth
from demo.portraits.kennel import BUILDS, COATS, look_for
from demo.portraits.pen import Pen
from demo.portraits.places import PLACES
from demo.portraits.studio import POSES


def opened(jpeg: bytes) -> Image.Image:
    image = Image.open(BytesIO(jpeg))
    image.load()
    return image


def test_the_same_seed_draws_the_same_picture():
    pictures = [
        portraits.jpeg(look_for("Beagle", Random(5)), Shot("sit", "park", seed))
        for seed in (1, 1, 2)
    ]
    assert pictures[0] == pictures[1]
    assert pictures[0] != pictures[2]


@pytest.mark.parametrize("pose", POSES)
def test_every_pose_fills_its_canvas(pose):
    look = look_for("Miniature Schnauzer", Random(2))
    image = opened(portraits.jpeg(look, Shot(pose, POSES[pose][0], 3)))
    assert image.format == "JPEG"
    assert min(image.size) >= 900
    # Many colours: neither a blank canvas nor a scene without a dog.
    assert len(image.resize((60, 60)).getcolors(3600)) > 300


@pytest.mark.parametrize("place", PLACES)
def test_every_place_can_be_painted_in_every_light(place):
    look = look_for("Labrador", Random(1))
    seeds = range(4 * len(PLACES[place].palettes))
    corners = {portraits.draw(look, Shot("lie", place, seed)).getpixel((5, 5)) for seed in seeds}
    assert len(corners) > 1


def test_every_build_and_every_coat_can_be_drawn():
    builds, stances = cycle(BUILDS.values()), cycle(side.STANCES.values())
    wears = cycle(("tag", "bandana", "bow", "plain"))
    assert len(COATS) >= len(BUILDS)
    for coat, build, stance, worn in zip(COATS.values(), builds, stances, wears, strict=False):
        look = portraits.Look(build, coat, seed=4, wears=worn)
        for paint in (
            partial(asleep.draw, look=look),
            partial(front.sitting, look=look, mood="happy", tilt=5),
            partial(side.draw, look=look, stance=stance),
        ):
            image = Image.new("RGB", (160, 160))
            paint(Pen(image).at(80, 150, 40))
            assert image.getbbox()


@pytest.mark.parametrize(
    ("breed", "ears"),
    [
        ("Pembroke Welsh Corgi", "prick"),
        ("Basset Hound", "long"),
        ("French Bulldog", "bat"),
        ("Goldendoodle", "mop"),
        ("Golden Retriever", "floppy"),
    ],
)
def test_a_breed_looks_like_itself(breed, ears):
    assert {look_for(breed, Random(seed)).build.ears for seed in range(5)} == {ears}


def test_dogs_of_no_known_breed_all_look_different():
    looks = [look_for("Mixed breed", Random(seed)) for seed in range(30)]
    assert len({(look.build.ears, look.coat.base) for look in looks}) > 20


def test_an_album_repeats_no_pose_and_starts_with_a_face():
    for seed in range(20):
        shots = portraits.album(5, Random(seed))
        assert len({shot.pose for shot in shots}) == 5
        assert shots[0].pose in ("portrait", "sit")
        assert all(shot.place in POSES[shot.pose] for shot in shots)


def test_outlines_close_and_turn_one_way():
    half = path("0,-1 1,0 0,1")
    assert mirrored(half) == [(0, -1), (1, 0), (0, 1), (-1, 0)]
    assert path("1,2 3,4", wide=-2) == [(-2, 2), (-6, 4)]
    assert area(oval(0, 0, 1, 1)) == pytest.approx(3.14, abs=0.05)
    assert area(smooth(oval(0, 0, 1, 1, detail=8))) == pytest.approx(3.14, abs=0.1)
    stroke = limb([(0, 0), (1, 0)], [0.2, 0.2])
    assert abs(area(stroke)) == pytest.approx(0.2 + 3.14 * 0.01, rel=0.1)


@pytest.mark.parametrize("kind", ["curly", "tufty"])
def test_fur_stands_out_of_the_edge(kind):
    disc = oval(0, 0, 1, 1)
    for ring in (disc, disc[::-1]):
        assert abs(area(furry(ring, kind, 0.2, Random(1)))) > abs(area(disc))
