"""A head seen from the side, facing right. The skull is about 0.75 units around the origin."""

from random import Random

from demo.portraits import coat, ears
from demo.portraits.curves import limb, oval, smooth
from demo.portraits.face import MOUTH, TONGUE
from demo.portraits.head import fleece
from demo.portraits.look import INK, WHITE, Look, deeper, luminance, mix
from demo.portraits.pen import Pen


def draw(pen: Pen, look: Look, mood: str, *, wind: float = 0) -> None:
    """Draw the head; `wind` from 0 to 1 lets hanging ears fly behind it."""
    s = look.build.snout
    ears.sideways(pen, look, wind, far=True)
    if mood != "calm":
        _jaw(pen, look, s)
    pen.part(fleece(look, _outline(s)), look.coat.base, lambda p: coat.profile(p, look), shade=(-0.02, -0.09))
    if "beard" in look.build.extras:
        _beard(pen, look, s)
    _nose_and_lips(pen, look, s, mood)
    _eye(pen, look, mood)
    ears.sideways(pen, look, wind)


def _outline(s: float):
    tip = 0.55 + 0.72 * s
    return smooth([
        (-0.5, 0.6), (-0.76, 0.1), (-0.66, -0.45), (-0.2, -0.8), (0.24, -0.72), (0.52, -0.36),
        (0.55 + 0.3 * s, -0.2), (tip - 0.04, -0.17), (tip + 0.04, 0.02), (tip - 0.04, 0.26),
        (0.55 + 0.3 * s, 0.38), (0.42, 0.48), (0.1, 0.72), (-0.25, 0.78),
    ])


def _jaw(pen: Pen, look: Look, s: float) -> None:
    tip = 0.55 + 0.6 * s
    pen.blob([(0.2, 0.2), (tip, 0.15), (tip - 0.06, 0.46), (0.4, 0.6)], MOUTH)
    tint = coat.muzzle_colour(look)
    pen.part(limb([(0.15, 0.5), (0.5, 0.58), (tip - 0.1, 0.52)], [0.4, 0.26, 0.17]), tint, shade=(-0.02, -0.06))
    tongue = [(0.5, 0.36), (tip - 0.2, 0.36), (tip - 0.1, 0.6), (tip - 0.2, 0.86), (tip - 0.38, 0.82), (tip - 0.36, 0.54)]
    pen.part(smooth(tongue), TONGUE, shade=(-0.03, -0.02), depth=30)


def _beard(pen: Pen, look: Look, s: float) -> None:
    tip = 0.55 + 0.72 * s
    hair = smooth([(tip - 0.1, 0.05), (tip + 0.02, 0.3), (tip - 0.1, 0.75), (0.6, 0.9), (0.35, 0.6), (0.5, 0.15)])
    pen.part(furry(hair, look), look.coat.light, depth=30)


def furry(ring, look: Look):
    from demo.portraits.curves import furry as tufts
    return tufts(ring, "tufty", 0.17, Random(look.seed + 1))


def _nose_and_lips(pen: Pen, look: Look, s: float, mood: str) -> None:
    tip = 0.55 + 0.72 * s
    line = deeper(coat.muzzle_colour(look), 0.6)
    pen.line([(tip - 0.02, 0.14), (tip - 0.12, 0.3), (0.6, 0.36), (0.38, 0.26 if mood != "calm" else 0.3)], 0.035, line, taper=0.6)
    pen.oval(tip - 0.01, -0.07, 0.13, 0.115, look.coat.nose, angle=12)
    pen.oval(tip - 0.02, -0.12, 0.05, 0.022, (255, 255, 255, 120), angle=12)


def _eye(pen: Pen, look: Look, mood: str) -> None:
    x, y = 0.26, -0.2
    c, marks = look.coat, look.coat.marks
    around = c.light if "spitz" in marks else c.dark if "hood" in marks or ("patch" in marks and look.side > 0) else c.base
    if mood == "joy":
        pen.line([(x - 0.13, y + 0.05), (x, y - 0.07), (x + 0.13, y + 0.05)], 0.05, deeper(around, 0.75), taper=0.5)
        return
    rim = mix(around, WHITE, 0.1) if luminance(around) < 0.4 else deeper(around, 0.12)
    pen.oval(x, y, 0.15, 0.165, rim)
    pen.oval(x + 0.01, y, 0.115, 0.14, INK)
    pen.oval(x + 0.02, y + 0.015, 0.09, 0.11, c.eye)
    pen.oval(x + 0.02, y, 0.064, 0.08, (22, 14, 18))
    pen.oval(x - 0.01, y - 0.05, 0.04, 0.042, (255, 255, 255))
