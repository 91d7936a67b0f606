"""Collars, bandanas and bow ties."""

from demo.portraits.curves import limb, smooth
from demo.portraits.look import Look, deeper, mix
from demo.portraits.pen import Pen

BRASS = (236, 186, 84)


def front(pen: Pen, look: Look, half: float) -> None:
    """What the dog wears, around a neck of the given half width with its middle at the origin."""
    colour = look.collar
    band = limb([(-half, -0.1), (-half * 0.5, 0.01), (0, 0.05), (half * 0.5, 0.01), (half, -0.1)], [0.12] * 5)
    if look.wears == "bandana":
        cloth = [(-half, -0.1), (0, 0.02), (half, -0.1), (half * 0.62, 0.24), (0.03, 0.54), (-0.03, 0.54), (-half * 0.62, 0.24)]
        pen.part(smooth(cloth), colour, lambda p: _dots(p, mix(colour, (255, 255, 255), 0.7)), depth=26)
    pen.part(band, colour, shade=(0, -0.05), depth=40)
    if look.wears == "tag":
        pen.oval(0, 0.1, 0.045, 0.045, deeper(BRASS, 0.4))
        pen.part(smooth([(0, 0.11), (0.09, 0.17), (0.06, 0.29), (-0.06, 0.29), (-0.09, 0.17)]), BRASS, shade=(-0.03, -0.03))
    if look.wears == "bow":
        for s in (-1, 1):
            wing = [(0, 0.06), (s * 0.26, -0.08), (s * 0.3, 0.08), (s * 0.26, 0.24)]
            pen.part(smooth(wing), mix(colour, (255, 255, 255), 0.12), shade=(-0.03, -0.04))
        pen.oval(0, 0.07, 0.07, 0.075, deeper(colour, 0.25))


def _dots(pen: Pen, colour) -> None:
    for row in range(6):
        for column in range(-4, 5):
            pen.oval(column * 0.13 + 0.065 * (row % 2), -0.08 + row * 0.11, 0.024, 0.024, colour)


def side(pen: Pen, look: Look, a: tuple[float, float], b: tuple[float, float]) -> None:
    """What the dog wears, across a neck seen from the side, from nape a to throat b."""
    middle = ((a[0] + b[0]) / 2 + 0.05, (a[1] + b[1]) / 2 + 0.04)
    if look.wears == "bandana":
        cloth = [a, middle, b, (b[0] - 0.06, b[1] + 0.3), (middle[0] - 0.06, middle[1] + 0.3)]
        pen.part(smooth(cloth), look.collar, lambda p: p, depth=26)
    pen.part(limb([a, middle, b], [0.12] * 3), look.collar, shade=(0.03, -0.04), depth=40)
    if look.wears == "tag":
        pen.oval(b[0], b[1] + 0.13, 0.075, 0.085, BRASS)
    if look.wears == "bow":
        pen.oval(b[0] + 0.04, b[1], 0.09, 0.13, deeper(look.collar, 0.2), angle=20)
