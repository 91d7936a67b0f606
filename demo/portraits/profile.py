"""A head seen from the side, facing right. The skull is about 0.75 units around the origin."""

from random import Random

from demo.portraits import ears, markings
from demo.portraits.curves import Outline, furry, limb, moved, path, smooth
from demo.portraits.face import MOUTH, TONGUE
from demo.portraits.head import fleece
from demo.portraits.look import INK, WHITE, Look, deeper, luminance, mix
from demo.portraits.pen import Pen


def draw(pen: Pen, look: Look, mood: str, *, wind: float = 0) -> None:
    """Draw the head; `wind` from 0 to 1 lets hanging ears fly behind it."""
    ears.sideways(pen, look, wind, far=True)
    if mood != "calm":
        _jaw(pen, look)
    skull = fleece(look, _outline(look))
    pen.part(skull, look.coat.base, lambda p: markings.profile(p, look), shade=(-0.02, -0.09))
    if "beard" in look.build.extras:
        _beard(pen, look)
    _nose_and_lips(pen, look, mood)
    _eye(pen, look, mood)
    ears.sideways(pen, look, wind)


def _snouted(text: str, look: Look) -> Outline:
    """A path whose part before the forehead is as long as the snout of this dog."""
    length = look.build.snout
    return [(x if x < 0.55 else 0.55 + (x - 0.55) * length, y) for x, y in path(text)]


def _outline(look: Look) -> Outline:
    skull = "-0.25,0.78 -0.5,0.6 -0.76,0.1 -0.66,-0.45 -0.2,-0.8 0.24,-0.72 0.52,-0.36 "
    snout = "0.85,-0.2 1.23,-0.17 1.31,0.02 1.23,0.26 0.85,0.38 0.42,0.48 0.1,0.72"
    return smooth(_snouted(skull + snout, look))


def _jaw(pen: Pen, look: Look) -> None:
    pen.blob(_snouted("0.2,0.2 1.15,0.15 1.09,0.46 0.4,0.6", look), MOUTH)
    jaw = limb(_snouted("0.15,0.5 0.5,0.58 1.05,0.52", look), [0.4, 0.26, 0.17])
    pen.part(jaw, markings.muzzle_colour(look), shade=(-0.02, -0.06))
    tip = _snouted("1.15,0", look)[0][0]
    tongue = path("-0.55,0.36 -0.2,0.36 -0.1,0.6 -0.2,0.86 -0.38,0.82 -0.36,0.54")
    pen.part(smooth(moved(tongue, tip, 0)), TONGUE, shade=(-0.03, -0.02), depth=30)


def _beard(pen: Pen, look: Look) -> None:
    hair = smooth(_snouted("1.17,0.05 1.29,0.3 1.17,0.75 0.6,0.9 0.35,0.6 0.5,0.15", look))
    tufts = furry(hair, "tufty", 0.17, Random(look.seed + 1))
    pen.part(tufts, markings.beard_colour(look), depth=30)


def _nose_and_lips(pen: Pen, look: Look, mood: str) -> None:
    line = deeper(markings.muzzle_colour(look), 0.6)
    corner = "0.38,0.3" if mood == "calm" else "0.38,0.26"
    pen.line(_snouted(f"1.25,0.14 1.15,0.3 0.6,0.36 {corner}", look), 0.035, line, taper=0.6)
    tip = _snouted("1.27,0", look)[0][0]
    pen.oval(tip - 0.01, -0.07, 0.13, 0.115, look.coat.nose, angle=12)
    pen.oval(tip - 0.02, -0.12, 0.05, 0.022, (255, 255, 255, 120), angle=12)


def _eye(pen: Pen, look: Look, mood: str) -> None:
    x, y = 0.26, -0.2
    around = markings.colour_at_eye(look, 1)
    if mood == "joy":
        lid = [(x - 0.13, y + 0.05), (x, y - 0.07), (x + 0.13, y + 0.05)]
        pen.line(lid, 0.05, deeper(around, 0.75), taper=0.5)
        return
    rim = mix(around, WHITE, 0.1) if luminance(around) < 0.4 else deeper(around, 0.12)
    pen.oval(x, y, 0.15, 0.165, rim)
    pen.oval(x + 0.01, y, 0.115, 0.14, INK)
    pen.oval(x + 0.02, y + 0.015, 0.09, 0.11, look.coat.eye)
    pen.oval(x + 0.02, y, 0.064, 0.08, (22, 14, 18))
    pen.oval(x - 0.01, y - 0.05, 0.04, 0.042, (255, 255, 255))
