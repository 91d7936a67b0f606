"""A dog curled up asleep, on the ground at y = 0."""

from demo.portraits import front, head, markings, tails
from demo.portraits.curves import limb, oval, path, smooth
from demo.portraits.look import Look, deeper
from demo.portraits.pen import Pen


def draw(pen: Pen, look: Look) -> None:
    """Draw the dog asleep."""
    g = 0.55 + 0.45 * look.build.girth
    back = smooth(
        path("-1.15,-0.05 -1.2,-0.6 -0.75,-1.05 0,-1.25 0.75,-1.08 1.2,-0.6 1.12,-0.05 0,0.02")
    )
    ring = [(x, y * g) for x, y in back]
    body = head.shaggy(look, ring, lambda x, y: min(0.4, max(0.0, -0.12 - y) * 2))
    pen.part(body, look.coat.base, lambda p: _flank(p, look), shade=(-0.05, -0.12))
    _haunch(pen, look, g)
    _tail(pen, look)
    for x, y in ((-0.35, -0.1), (-0.62, -0.06)):
        pen.part(
            limb([(0.1, -0.24), (x * 0.4, -0.14), (x - 0.5, y)], [0.3, 0.26, 0.2]),
            markings.leg_colour(look),
            depth=30,
        )
        front.paw(pen, look, x - 0.55, y - 0.02, 0.17)
    scale = 0.62 * look.build.head
    head.draw(pen.at(-0.62, -0.2 - 0.66 * scale, scale, angle=7), look, "asleep")


def _flank(pen: Pen, look: Look) -> None:
    markings.flank(pen.at(0, 0.35, 1, flip=True), look)


def _haunch(pen: Pen, look: Look, g: float) -> None:
    thigh = oval(0.66, -0.42 * g, 0.52, 0.44 * g, angle=-16)
    pen.fill([(x - 0.05, y - 0.03) for x, y in thigh], (*deeper(look.coat.base, 0.5), 80))
    pen.part(
        thigh, markings.leg_colour(look), lambda p: markings.leg(p.at(0.66, -0.4), look), depth=36
    )
    front.paw(pen, look, 0.34, -0.08, 0.2)


def _tail(pen: Pen, look: Look) -> None:
    if look.build.tail == "nub":
        return
    wide = {"plume": 1.7, "curl": 1.6, "brush": 1.5}.get(look.build.tail, 0.85)
    joints = path("1.1,-0.25 1,-0.06 0.6,-0.04 0.2,-0.1")
    ring = limb(joints, [0.2 * wide, 0.19 * wide, 0.17 * wide, 0.1 * wide])
    ring = tails.haired(ring, look)
    pen.part(
        ring, markings.tail_colour(look), lambda p: markings.tail(p, look, joints[-1]), depth=36
    )
