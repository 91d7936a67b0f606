"""Ears seen from the front. Upright ones stand behind the head, hanging ones before it."""

from collections.abc import Iterator
from random import Random

from demo.portraits import markings
from demo.portraits.curves import Outline, furry, moved, path, smooth
from demo.portraits.look import Look, deeper, mix
from demo.portraits.pen import Pen

# Outlines of the right ear, relative to where it grows; y downwards, about 1 unit long.
_UPRIGHT = {
    "prick": path("-0.36,0.3 -0.26,-0.2 0.02,-0.82 0.12,-0.88 0.2,-0.78 0.36,-0.1 0.34,0.42 0,0.5"),
    "bat": path("-0.34,0.3 -0.36,-0.2 -0.14,-0.72 0.1,-0.9 0.3,-0.72 0.42,-0.2 0.34,0.42 0,0.5"),
    "sail": path("-0.3,0.3 -0.24,-0.16 0.06,-0.66 0.34,-0.8 0.5,-0.66 0.5,-0.24 0.36,0.36 0,0.5"),
}
_HANGING = {
    "floppy": path(
        "-0.2,-0.06 0.08,-0.16 0.36,0.06 0.5,0.48 0.46,0.92 0.28,1.1 0.08,0.92 -0.04,0.5 -0.16,0.2"
    ),
    "long": path(
        "-0.16,-0.04 0.1,-0.12 0.36,0.14 0.5,0.7 0.5,1.2 0.3,1.46 0.04,1.3 -0.02,0.7 -0.12,0.24"
    ),
    "button": path(
        "-0.34,-0.12 -0.06,-0.34 0.28,-0.2 0.36,0.06 0.24,0.42 0.06,0.56 -0.06,0.34 -0.2,0.1"
    ),
    "rose": path("-0.3,-0.06 -0.02,-0.22 0.34,-0.1 0.52,0.16 0.42,0.36 0.2,0.28 -0.04,0.16"),
    "mop": path("-0.24,-0.12 0.1,-0.2 0.44,0.06 0.58,0.5 0.54,1 0.26,1.22 0.02,1 -0.08,0.5"),
}
_ROOT = {
    "prick": (0.5, -0.66, 14),
    "bat": (0.56, -0.56, 24),
    "sail": (0.62, -0.5, 20),
    "floppy": (0.66, -0.62, 0),
    "long": (0.66, -0.5, 0),
    "button": (0.56, -0.66, 0),
    "rose": (0.62, -0.6, 10),
    "mop": (0.66, -0.5, 0),
}


def _pens(pen: Pen, look: Look) -> Iterator[tuple[int, Pen]]:
    kind = look.build.ears
    x, y, angle = _ROOT[kind]
    size = look.build.ear
    for side in (-1, 1):
        yield side, pen.at(side * x * look.build.skull, y, size, angle=side * angle, flip=side < 0)


def _outline(look: Look, points: Outline) -> Outline:
    ring = smooth(points)
    size, rng = 0.14 + 0.14 * look.build.shag, Random(look.seed + 7)
    if look.build.fur == "curly":
        return furry(ring, "curly", size, rng)
    if look.build.fur == "tufty":
        return furry(ring, "tufty", size, rng, amount=lambda x, y: min(1, max(0.0, y * 1.5)))
    return ring


def behind(pen: Pen, look: Look) -> None:
    """Upright ears, before the head covers their feet."""
    kind = look.build.ears
    if kind not in _UPRIGHT:
        return
    shape = _UPRIGHT[kind]
    for side, ear in _pens(pen, look):
        colour = markings.ear_colour(look, side)
        ear.part(_outline(look, shape), colour, shade=(-0.06, 0))
        inner = [(x * 0.56 + 0.02, y * 0.7 + 0.02) for x, y in shape]
        ear.blob(inner, mix(colour, (232, 150, 140), 0.5))


def before(pen: Pen, look: Look) -> None:
    """Hanging ears, over the sides of the head."""
    kind = look.build.ears
    if kind not in _HANGING:
        return
    for side, ear in _pens(pen, look):
        colour = markings.ear_colour(look, side)
        ear.blob(moved(_HANGING[kind], -0.05, 0.04), (*deeper(look.coat.base, 0.5), 60))
        ear.part(_outline(look, _HANGING[kind]), colour, shade=(-0.07, -0.04))


def sideways(pen: Pen, look: Look, wind: float, *, far: bool = False) -> None:
    """One ear of a head in profile; `wind` lifts hanging ones backwards."""
    kind, size = look.build.ears, look.build.ear * 0.82
    colour = markings.ear_colour(look, 1)
    if kind in _UPRIGHT:
        x, angle = (0.02, 8) if far else (-0.3, -14 - 22 * wind)
        ear = pen.at(x, -0.56, size, angle=angle)
        ear.part(_outline(look, _UPRIGHT[kind]), deeper(colour, 0.25) if far else colour)
        if not far:
            inner = [(u * 0.5 + 0.03, v * 0.66 + 0.04) for u, v in _UPRIGHT[kind]]
            ear.blob(inner, mix(colour, (232, 150, 140), 0.45))
        return
    if not far:
        ear = pen.at(-0.34, -0.42, size, angle=20 + 68 * wind, flip=True)
        ear.part(_outline(look, _HANGING[kind]), colour, shade=(-0.05, -0.06))
