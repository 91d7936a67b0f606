"""A dog that faces the viewer: sitting or lying. The ground is at y = 0, a unit is a chest's width."""

from demo.portraits import head, markings, tails, wear
from demo.portraits.curves import Outline, limb, mirrored, oval, path, smooth
from demo.portraits.look import Look, deeper
from demo.portraits.pen import Pen


def head_height(look: Look) -> float:
    """The y of the middle of a sitting dog's head."""
    return _shoulders(look) - 0.43 * look.build.head


def _shoulders(look: Look) -> float:
    return -(0.85 + 0.72 * look.build.legs)


def sitting(pen: Pen, look: Look, mood: str, tilt: float) -> None:
    """Draw the dog sitting upright."""
    g, top = look.build.girth, _shoulders(look)
    tails.beside(pen, look)
    for s in (-1, 1):
        pen.part(oval(s * 0.5 * g, -0.36, 0.33, 0.4, angle=s * -12), look.coat.base, depth=40)
        paw(pen, look, s * 0.64 * g, -0.09, 0.2)
    torso = head.pelt(look, _torso(g, top))
    pen.part(torso, look.coat.base, lambda p: markings.chest(p, look, top))
    for s in (-1, 1):
        _foreleg(pen, look, s, g, top)
    wear.front(pen.at(0, top + 0.08, 0.9 + 0.2 * g), look, 0.375 * g)
    head.draw(pen.at(0, head_height(look), 0.6 * look.build.head, angle=tilt), look, mood)


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
    pen.part(
        ring,
        markings.leg_colour(look),
        lambda p: markings.sock(p, look, -0.36),
        shade=(-0.05, 0),
        depth=36,
    )
    paw(pen, look, s * 0.23 * g, -0.075, 0.17)


def paw(pen: Pen, look: Look, x: float, y: float, r: float) -> None:
    """A paw from the front, with its toes."""
    tint = markings.paw_colour(look)
    pen.part(oval(x, y, r, r * 0.62), tint, shade=(-0.03, -0.04), depth=36)
    for dx in (-0.32, 0.32):
        pen.line(
            [(x + dx * r, y + r * 0.1), (x + dx * r, y + r * 0.5)],
            r * 0.1,
            (*deeper(tint, 0.5), 170),
        )


def lying(pen: Pen, look: Look, mood: str, tilt: float) -> None:
    """Draw the dog lying with its paws towards the viewer."""
    g = look.build.girth
    tails.beside(pen, look)
    rump = smooth(path("-0.2,-0.05 -0.1,-0.75 0.35,-0.98 0.82,-0.8 1,-0.35 0.86,-0.03", wide=g))
    pen.part(head.pelt(look, rump), look.coat.base, lambda p: markings.texture(p, look, "rump"))
    paw(pen, look, 0.86 * g, -0.09, 0.2)
    half = path("0,-1.25 0.34,-1.15 0.52,-0.8 0.56,-0.3 0.4,-0.03 0,-0.02", wide=g)
    chest = head.pelt(look, smooth(mirrored(half)))
    pen.part(chest, look.coat.base, lambda p: markings.chest(p, look, -1.05))
    for s in (-1, 1):
        arm = limb(path("0.42,-0.4 0.44,-0.2 0.4,-0.1", wide=s * g), [0.24, 0.27, 0.24])
        pen.part(arm, markings.leg_colour(look), lambda p: markings.sock(p, look, -0.2), depth=30)
        paw(pen, look, s * 0.38 * g, -0.09, 0.2)
    scale = 0.6 * look.build.head
    wear.front(pen.at(0, -1.0, 0.9 + 0.2 * g), look, 0.375 * g)
    head.draw(pen.at(0, -1.08 - scale * 0.66, scale, angle=tilt), look, mood)
