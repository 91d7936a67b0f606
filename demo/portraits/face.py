"""Eyes, snout, mouth and the hair around them, seen from the front."""

from random import Random

from demo.portraits import markings
from demo.portraits.curves import furry, mirrored, path, smooth
from demo.portraits.look import INK, WHITE, Look, deeper, luminance, mix
from demo.portraits.pen import Colour, Pen

TONGUE = (236, 118, 124)
MOUTH = (112, 40, 48)


def draw(pen: Pen, look: Look, mood: str) -> None:
    """Draw everything in the face, from the eyes down."""
    for side in (-1, 1):
        _eye(pen, look, side, mood)
    _snout(pen, look, mood)


def _eye(pen: Pen, look: Look, side: int, mood: str) -> None:
    x, y = side * 0.36 * (0.5 + look.build.skull / 2), -0.08
    around = markings.colour_at_eye(look, side)
    if mood == "asleep":
        lid = [(x - 0.15, y + 0.02), (x, y + 0.1), (x + 0.15, y + 0.02)]
        pen.line(lid, 0.056, deeper(around, 0.75), taper=0.5)
        return
    rim = mix(around, WHITE, 0.1) if luminance(around) < 0.4 else deeper(around, 0.12)
    pen.oval(x + side * 0.012, y, 0.178, 0.182, rim)
    pen.oval(x, y + 0.005, 0.15, 0.16, INK)
    iris = look.coat.eye
    pen.oval(x, y + 0.024, 0.122, 0.126, iris)
    pen.oval(x, y + 0.085, 0.075, 0.05, mix(iris, (255, 196, 120), 0.4))
    pen.oval(x, y + 0.005, 0.086, 0.092, (22, 14, 18))
    pen.oval(x - 0.045, y - 0.055, 0.05, 0.05, (255, 255, 255))
    pen.oval(x + 0.05, y + 0.06, 0.022, 0.022, (255, 255, 255, 210))
    if "brows" not in look.build.extras:
        brow = [
            (x + side * dx, y + dy) for dx, dy in ((-0.14, -0.27), (0.02, -0.31), (0.15, -0.24))
        ]
        pen.line(brow, 0.04, (*deeper(around, 0.4), 120), taper=0.3)


def _snout(pen: Pen, look: Look, mood: str) -> None:
    wide = look.build.muzzle
    if mood == "happy":
        _open_mouth(pen, wide)
    if "beard" in look.build.extras:
        half = path("0,0.1 0.2,0.12 0.46,0.3 0.6,0.6 0.55,0.98 0.3,1.16 0,1.2", wide=wide)
        ring = furry(smooth(mirrored(half)), "tufty", 0.17, Random(look.seed + 1))
        tint = markings.beard_colour(look)
    else:
        half = path(
            "0,0.04 0.15,0.07 0.27,0.22 0.46,0.42 0.47,0.62 0.28,0.74 0.08,0.7 0,0.64", wide=wide
        )
        ring = smooth(mirrored(half))
        tint = markings.muzzle_colour(look)
    pen.part(ring, tint, shade=(-0.05, -0.05), depth=26)
    _lips(pen, wide, deeper(tint, 0.62))
    _nose(pen, look)


def _lips(pen: Pen, wide: float, colour: Colour) -> None:
    pen.line([(0, 0.42), (0, 0.58)], 0.035, colour)
    for side in (-1, 1):
        lip = path("0,0.57 0.1,0.65 0.24,0.655 0.36,0.57", wide=side * wide)
        pen.line(lip, 0.035, colour, taper=0.7)
        for x, y in path("0.2,0.46 0.27,0.54 0.15,0.53", wide=side * wide):
            pen.oval(x, y, 0.014, 0.014, colour)


def _open_mouth(pen: Pen, wide: float) -> None:
    pen.blob(mirrored(path("0,0.5 0.3,0.55 0.27,0.82 0.14,0.96 0,0.98", wide=wide)), MOUTH)
    tongue = smooth(mirrored(path("0,0.62 0.16,0.68 0.185,0.95 0.12,1.12 0,1.16", wide=wide)))
    pen.part(tongue, TONGUE, _tongue_line, shade=(-0.03, -0.03), depth=30)


def _tongue_line(pen: Pen) -> None:
    pen.line([(0, 0.66), (0.01, 0.98)], 0.03, (206, 84, 96), taper=0.4)


def _nose(pen: Pen, look: Look) -> None:
    nose = look.coat.nose
    half = path("0,0.22 0.12,0.215 0.185,0.27 0.15,0.37 0.06,0.43 0,0.44")
    pen.blob(mirrored(half), nose)
    pen.oval(-0.055, 0.262, 0.06, 0.026, (255, 255, 255, 120), angle=-8)


def fringe(pen: Pen, look: Look) -> None:
    """Hair that falls from the top of the head over the brows."""
    half = path("0,-0.98 0.5,-0.9 0.78,-0.5 0.68,-0.26 0.36,-0.34 0.1,-0.36 0,-0.32")
    ring = furry(smooth(mirrored(half)), "tufty", 0.2, Random(look.seed + 2))
    pen.part(ring, mix(look.coat.base, look.coat.light, 0.2), shade=(-0.05, -0.08), depth=30)
