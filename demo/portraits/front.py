"""A dog that faces the viewer: sitting or lying. The ground is at y = 0, a unit is a chest's width."""

from random import Random

from demo.portraits import coat, head, tails, wear
from demo.portraits.curves import Outline, furry, limb, mirrored, oval, smooth
from demo.portraits.look import Look, deeper, mix
from demo.portraits.pen import Pen


def head_place(look: Look) -> tuple[float, float]:
    """Height of the middle of the head above the ground, and its scale, for a sitting dog."""
    legs = look.build.legs
    scale = 0.6 * look.build.head
    return -(0.85 + 0.72 * legs) - scale * 0.72, scale


def sitting(pen: Pen, look: Look, mood: str, tilt: float) -> None:
    """Draw the dog sitting upright."""
    build = look.build
    g, top = build.girth, -(0.85 + 0.72 * build.legs)
    tails.beside(pen, look)
    for s in (-1, 1):
        pen.part(oval(s * 0.5 * g, -0.36, 0.33, 0.4, angle=s * -12), coat.body_colour(look), depth=40)
        paw(pen, look, s * 0.64 * g, -0.09, 0.2)
    pen.part(head.pelt(look, _torso(g, top)), coat.body_colour(look), lambda p: coat.chest(p, look, top))
    for s in (-1, 1):
        _foreleg(pen, look, s, g, top)
    y, scale = head_place(look)
    wear.front(pen.at(0, top + 0.02, 0.9 + 0.2 * g), look, 0.37 * (0.6 + 0.4 * g))
    head.draw(pen.at(0, y, scale, angle=tilt), look, mood)


def _torso(g: float, top: float) -> Outline:
    half = [
        (0, top - 0.2),
        (0.3 * g, top - 0.16),
        (0.4 * g, top + 0.12),
        (0.54 * g, top + 0.5),
        (0.55 * g, -0.5),
        (0.46 * g, -0.16),
        (0.2, -0.05),
        (0, -0.05),
    ]
    return smooth(mirrored(half))


def _foreleg(pen: Pen, look: Look, s: int, g: float, top: float) -> None:
    shoulder = top * 0.52
    line = [(s * 0.24 * g, shoulder), (s * 0.23 * g, shoulder * 0.5), (s * 0.22 * g, -0.1)]
    ring = limb(line, [0.24, 0.23, 0.2])
    pen.part(ring, coat.leg_colour(look), lambda p: coat.sock(p, look, -0.36), shade=(-0.05, 0), depth=36)
    paw(pen, look, s * 0.23 * g, -0.075, 0.17)


def paw(pen: Pen, look: Look, x: float, y: float, r: float) -> None:
    """A paw from the front, with its toes."""
    tint = coat.paw_colour(look)
    pen.part(oval(x, y, r, r * 0.62), tint, shade=(-0.03, -0.04), depth=36)
    for dx in (-0.32, 0.32):
        pen.line([(x + dx * r, y + r * 0.1), (x + dx * r, y + r * 0.5)], r * 0.1, (*deeper(tint, 0.5)[:3], 170))


def lying(pen: Pen, look: Look, mood: str, tilt: float) -> None:
    """Draw the dog lying with its paws towards the viewer."""
    g = look.build.girth
    tails.beside(pen, look)
    rump = smooth([(-0.2, -0.05), (-0.1, -0.75), (0.35, -0.98), (0.82, -0.8), (1.0, -0.35), (0.86, -0.03)])
    pen.part(head.pelt(look, [(x * g, y) for x, y in rump]), coat.body_colour(look), lambda p: coat.texture(p, look, "rump"))
    paw(pen, look, 0.86 * g, -0.09, 0.2)
    chest = mirrored([(0, -1.25), (0.34, -1.15), (0.52, -0.8), (0.56, -0.3), (0.4, -0.03), (0, -0.02)])
    pen.part(head.pelt(look, smooth([(x * g, y) for x, y in chest])), coat.body_colour(look), lambda p: coat.chest(p, look, -1.05))
    for s in (-1, 1):
        ring = limb([(s * 0.42 * g, -0.4), (s * 0.44 * g, -0.2), (s * 0.4 * g, -0.1)], [0.24, 0.27, 0.24])
        pen.part(ring, coat.leg_colour(look), lambda p: coat.sock(p, look, -0.2), depth=30)
        paw(pen, look, s * 0.38 * g, -0.09, 0.2)
    scale = 0.6 * look.build.head
    wear.front(pen.at(0, -1.05, 0.9 + 0.2 * g), look, 0.37 * (0.6 + 0.4 * g))
    head.draw(pen.at(0, -1.08 - scale * 0.66, scale, angle=tilt), look, mood)
