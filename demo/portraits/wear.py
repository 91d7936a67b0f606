"""Collars, bandanas and bow ties."""

from demo.portraits.curves import Point, limb, path, smooth
from demo.portraits.look import WHITE, Look, deeper, mix
from demo.portraits.pen import Colour, Pen

BRASS = (236, 186, 84)


def front(pen: Pen, look: Look, half: float) -> None:
    """What the dog wears, around a neck of the given half width with its middle at the origin."""
    colour = look.collar
    if look.wears == "bandana":
        cloth = smooth(
            path("-1,-0.1 0,0.02 1,-0.1 0.62,0.24 0.08,0.54 -0.08,0.54 -0.62,0.24", wide=half)
        )
        pen.part(cloth, colour, lambda p: _dots(p, mix(colour, WHITE, 0.7)), depth=26)
    band = limb(path("-1,-0.1 -0.5,0.01 0,0.05 0.5,0.01 1,-0.1", wide=half), [0.12] * 5)
    pen.part(band, colour, shade=(0, -0.05), depth=40)
    if look.wears == "tag":
        tag = smooth(path("0,0.11 0.09,0.17 0.06,0.29 -0.06,0.29 -0.09,0.17"))
        pen.oval(0, 0.1, 0.045, 0.045, deeper(BRASS, 0.4))
        pen.part(tag, BRASS, shade=(-0.03, -0.03))
    if look.wears == "bow":
        for side in (-1, 1):
            wing = smooth(path("0,0.06 0.26,-0.08 0.3,0.08 0.26,0.24", wide=side))
            pen.part(wing, mix(colour, WHITE, 0.12), shade=(-0.03, -0.04))
        pen.oval(0, 0.07, 0.07, 0.075, deeper(colour, 0.25))


def _dots(pen: Pen, colour: Colour) -> None:
    for row in range(6):
        for column in range(-4, 5):
            pen.oval(column * 0.13 + 0.065 * (row % 2), -0.08 + row * 0.11, 0.024, 0.024, colour)


def side(pen: Pen, look: Look, a: Point, b: Point) -> None:
    """What the dog wears, across a neck seen from the side, from nape a to throat b."""
    middle = ((a[0] + b[0]) / 2 + 0.05, (a[1] + b[1]) / 2 + 0.04)
    if look.wears == "bandana":
        cloth = [a, middle, b, (b[0] - 0.06, b[1] + 0.3), (middle[0] - 0.06, middle[1] + 0.3)]
        pen.part(smooth(cloth), look.collar, depth=26)
    pen.part(limb([a, middle, b], [0.12] * 3), look.collar, shade=(0.03, -0.04), depth=40)
    if look.wears == "tag":
        pen.oval(b[0], b[1] + 0.13, 0.075, 0.085, BRASS)
    if look.wears == "bow":
        pen.oval(b[0] + 0.04, b[1], 0.09, 0.13, deeper(look.collar, 0.2), angle=20)
