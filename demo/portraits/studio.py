"""Puts a dog into a place and takes the picture."""

import io
from dataclasses import dataclass
from functools import cache
from random import Random

from PIL import Image

from demo.portraits import asleep, front, side
from demo.portraits.look import Look
from demo.portraits.pen import OVERSAMPLING, Pen
from demo.portraits.places import PLACES, Stage

UPRIGHT = (960, 1200)
SQUARE = (1080, 1080)
# The canvas is 1000 units wide, and the dog stands at this share of its height.
FLOOR = 0.86

# Where each pose makes sense; the first picture of a dog is one of the first two.
POSES = {
    "portrait": ("park", "beach", "snow", "wood", "room", "city"),
    "sit": ("park", "beach", "snow", "wood", "room", "city"),
    "lie": ("park", "beach", "wood", "room", "city"),
    "run": ("park", "beach", "snow", "wood"),
    "stand": ("park", "beach", "snow", "wood", "city"),
    "bow": ("park", "beach", "snow", "wood", "room"),
    "sleep": ("room", "room", "park", "beach"),
}


@dataclass(frozen=True)
class Shot:
    """One photo to be taken: pose, place, and a seed for everything else in it."""

    pose: str
    place: str
    seed: int


def album(count: int, rng: Random) -> list[Shot]:
    """Shots for one dog, each in another pose and, as far as it goes, in another place."""
    first = rng.choice(("portrait", "portrait", "sit"))
    others = rng.sample([pose for pose in POSES if pose != first], count - 1)
    shots: list[Shot] = []
    for pose in (first, *others):
        seen = {shot.place for shot in shots}
        fresh = [place for place in POSES[pose] if place not in seen]
        shots.append(Shot(pose, rng.choice(fresh or POSES[pose]), rng.randrange(1 << 30)))
    return shots


def jpeg(look: Look, shot: Shot) -> bytes:
    """The picture as a JPEG file."""
    out = io.BytesIO()
    draw(look, shot).save(out, "JPEG", quality=88)
    return out.getvalue()


def draw(look: Look, shot: Shot) -> Image.Image:
    """The picture as an image."""
    rng = Random(shot.seed)
    place = PLACES[shot.place]
    palette = rng.choice(place.palettes)
    close = shot.pose == "portrait"
    wide, high = UPRIGHT if shot.pose in ("portrait", "sit", "lie") else SQUARE
    image = Image.new("RGB", (wide * OVERSAMPLING, high * OVERSAMPLING), palette.ground)
    canvas = Pen(image).at(0, 0, wide * OVERSAMPLING / 1000)
    floor = FLOOR * 1000 * high / wide
    scenery = canvas.at(500, floor, 1.35).at(-500, 70 - floor) if close else canvas
    place.behind(Stage(scenery, palette, rng, floor))
    _pose(canvas, look, shot.pose, rng, floor)
    if not close:
        place.before(Stage(canvas, palette, rng, floor))
    picture = image.reduce(OVERSAMPLING)
    picture.paste(palette.glow, (0, 0), _glow(picture.size))
    return picture


def _pose(canvas: Pen, look: Look, pose: str, rng: Random, floor: float) -> None:
    flip = rng.random() < 0.5
    mood = rng.choice(("happy", "happy", "calm"))
    tilt = rng.uniform(3, 9) * rng.choice((-1, 1))
    # Short-legged dogs look smaller, but not as much as they are: each should fill its picture.
    size = 0.86 + 0.14 * min(1.1, look.build.legs)
    if pose == "portrait":
        zoom = 487 / (0.5 + 0.5 * look.build.head)
        dog = canvas.at(500, floor * 0.54 - front.head_height(look) * zoom, zoom)
        front.sitting(dog, look, mood, tilt)
        return
    _shadow(canvas, floor, 340 * size)
    if pose == "sit":
        front.sitting(canvas.at(500, floor, 345 * size, flip=flip), look, mood, tilt)
    elif pose == "lie":
        x = 520 if flip else 480
        front.lying(canvas.at(x, floor, 370 * size, flip=flip), look, mood, tilt)
    elif pose == "sleep":
        asleep.draw(canvas.at(500, floor, 300 * size, flip=flip), look)
    else:
        lift = 40 if pose == "run" else 0
        mood = "joy" if lift and rng.random() < 0.4 else mood
        dog = canvas.at(540 if flip else 460, floor - lift, 215 * size, flip=flip)
        side.draw(dog, look, side.STANCES[pose], mood)


def _shadow(canvas: Pen, y: float, half: float) -> None:
    for grow in (1.1, 1.06, 1.02, 0.98, 0.94):
        canvas.oval(500, y, half * grow, half * 0.16 * grow, (40, 24, 56, 15))


@cache
def _glow(size: tuple[int, int]) -> Image.Image:
    """Light that falls in from the upper left, as an opacity."""
    reach = round(size[0] * 1.7)
    ramp = Image.radial_gradient("L").point(lambda value: max(0, 150 - value) // 2)
    veil = Image.new("L", size)
    veil.paste(ramp.resize((reach, reach)), (-round(size[0] * 0.75), -round(size[0] * 0.85)))
    return veil
