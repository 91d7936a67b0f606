"""Tails, from behind a sitting dog and at the end of a standing one."""

from random import Random

from demo.portraits import markings
from demo.portraits.curves import Outline, furry, limb, path
from demo.portraits.look import Look
from demo.portraits.pen import Pen

# Joints and widths, from the root at the origin; a tail goes up and to the left.
_TAILS: dict[str, tuple[Outline, list[float]]] = {
    "otter": (path("0.1,0.05 -0.25,-0.12 -0.55,-0.45 -0.66,-0.8"), [0.24, 0.22, 0.17, 0.08]),
    "whip": (path("0.1,0.05 -0.28,-0.05 -0.62,-0.3 -0.82,-0.72"), [0.16, 0.12, 0.09, 0.05]),
    "plume": (path("0.1,0.05 -0.3,-0.1 -0.6,-0.45 -0.6,-0.9"), [0.2, 0.36, 0.44, 0.2]),
    "curl": (
        path("0.12,0.08 -0.22,-0.22 -0.2,-0.66 0.16,-0.72 0.24,-0.46"),
        [0.24, 0.32, 0.36, 0.32, 0.22],
    ),
    "brush": (path("0.1,0.02 -0.35,0.02 -0.72,0.16 -0.98,0.34"), [0.2, 0.32, 0.34, 0.1]),
    "flag": (path("0.08,0.05 -0.12,-0.3 -0.2,-0.6 -0.16,-0.82"), [0.2, 0.18, 0.15, 0.09]),
    "nub": ([(0.08, 0.04), (-0.08, -0.04), (-0.16, -0.1)], [0.2, 0.2, 0.18]),
}


def draw(pen: Pen, look: Look) -> None:
    """Draw the tail from its root at the origin."""
    joints, widths = _TAILS[look.build.tail]
    ring = haired(limb(joints, widths), look)
    tip = joints[-1]
    pen.part(ring, markings.tail_colour(look), lambda p: markings.tail(p, look, tip), depth=36)


def haired(ring: Outline, look: Look) -> Outline:
    """The outline of a tail with the hair that it has."""
    if look.build.fur == "smooth" or look.build.tail not in ("plume", "curl", "brush"):
        return ring
    kind = "curly" if look.build.fur == "curly" else "tufty"
    return furry(ring, kind, 0.13 + 0.1 * look.build.shag, Random(look.seed + 3))


def beside(pen: Pen, look: Look) -> None:
    """The tail of a sitting or lying dog, which shows at one side of it."""
    # A tail that hangs when standing lies on the ground beside a sitting dog.
    angle = 34 if look.build.tail == "brush" else 0
    draw(pen.at(0.48 * look.build.girth, -0.2, 0.95, angle=-angle, flip=True), look)
