"""Eyes, snout, mouth and the hair around them, seen from the front."""

from random import Random

from demo.portraits import coat
from demo.portraits.curves import furry, mirrored, oval, smooth
from demo.portraits.look import INK, WHITE, Look, deeper, luminance, mix
from demo.portraits.pen import Pen

TONGUE = (236, 118, 124)
MOUTH = (112, 40, 48)


def draw(pen: Pen, look: Look, mood: str) -> None:
    """Draw everything in the face, from the eyes down."""
    for side in (-1, 1):
        _eye(pen, look, side, mood)
    _snout(pen, look, mood)


def _eye(pen: Pen, look: Look, side: int, mood: str) -> None:
    x, y = side * 0.36 * (0.5 + look.build.skull / 2), -0.08
    around = coat_at_eye(look, side)
    if mood == "asleep":
        lid = [(x - 0.15, y + 0.02), (x, y + 0.1), (x + 0.15, y + 0.02)]
        pen.line(lid, 0.045, deeper(around, 0.75), taper=0.5)
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
        brow = [(x - side * 0.14, y - 0.27), (x + side * 0.02, y - 0.31), (x + side * 0.15, y - 0.24)]
        pen.line(brow, 0.04, (*deeper(around, 0.4)[:3], 120), taper=0.3)


def coat_at_eye(look: Look, side: int):
    """The colour of the fur around an eye."""
    c, marks = look.coat, look.coat.marks
    if "patch" in marks and side == look.side:
        return c.dark
    if "spitz" in marks:
        return c.light
    return c.dark if "hood" in marks else c.base


def _snout(pen: Pen, look: Look, mood: str) -> None:
    m = look.build.muzzle
    tint = coat.muzzle_colour(look)
    if mood == "happy":
        _open_mouth(pen, m)
    half = [(0, 0.04), (0.15, 0.07), (0.27 * m, 0.22), (0.46 * m, 0.42), (0.47 * m, 0.62), (0.28 * m, 0.74), (0.08, 0.7), (0, 0.64)]
    ring = smooth(mirrored(half))
    if "beard" in look.build.extras:
        half = [(0, 0.1), (0.2, 0.12), (0.46 * m, 0.3), (0.6 * m, 0.6), (0.55 * m, 0.98), (0.3 * m, 1.16), (0, 1.2)]
        ring = furry(smooth(mirrored(half)), "tufty", 0.17, Random(look.seed + 1))
        tint = look.coat.light
    pen.part(ring, tint, shade=(-0.05, -0.05), depth=26)
    line = deeper(tint, 0.62)
    pen.line([(0, 0.42), (0, 0.58)], 0.035, line)
    for s in (-1, 1):
        pen.line([(0, 0.57), (s * 0.1, 0.65), (s * 0.24 * m, 0.655), (s * 0.36 * m, 0.57)], 0.035, line, taper=0.7)
        for dx, dy in ((0.2, 0.46), (0.27, 0.54), (0.15, 0.53)):
            pen.oval(s * dx * m, dy, 0.014, 0.014, line)
    _nose(pen, look)


def _open_mouth(pen: Pen, m: float) -> None:
    pen.blob(mirrored([(0, 0.5), (0.3 * m, 0.55), (0.27 * m, 0.82), (0.14 * m, 0.96), (0, 0.98)]), MOUTH)
    pen.part(
        smooth(mirrored([(0, 0.62), (0.16 * m, 0.68), (0.185 * m, 0.95), (0.12 * m, 1.12), (0, 1.16)])),
        TONGUE,
        lambda p: p.line([(0, 0.66), (0.01, 0.98)], 0.03, (206, 84, 96), taper=0.4),
        shade=(-0.03, -0.03),
        depth=30,
    )


def _nose(pen: Pen, look: Look) -> None:
    nose = look.coat.nose
    half = [(0, 0.22), (0.12, 0.215), (0.185, 0.27), (0.15, 0.37), (0.06, 0.43), (0, 0.44)]
    pen.blob(mirrored(half), nose)
    pen.oval(-0.055, 0.262, 0.06, 0.026, (255, 255, 255, 120), angle=-8)


def fringe(pen: Pen, look: Look) -> None:
    """Hair that falls from the top of the head over the brows."""
    half = [(0, -0.98), (0.5, -0.9), (0.78, -0.5), (0.66, -0.2), (0.3, -0.24), (0.08, -0.3), (0, -0.26)]
    ring = furry(smooth(mirrored(half)), "tufty", 0.2, Random(look.seed + 2))
    pen.part(ring, mix(look.coat.base, look.coat.light, 0.2), shade=(-0.05, -0.08), depth=30)
