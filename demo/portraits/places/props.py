"""Things that stand about: trees, clouds, plants, toys. Each stands at x, y of the stage."""

import math
from random import Random

from demo.portraits.curves import Outline, box, furry, limb, oval, path, smooth
from demo.portraits.look import WHITE, deeper, mix
from demo.portraits.pen import Colour, Pen
from demo.portraits.places.stage import Stage

# Scenery reaches beyond the canvas, because portraits are taken closer up.
LEFT, RIGHT, TOP, BOTTOM = -900.0, 2000.0, -900.0, 2400.0
SKY_BANDS = 40


def sky(stage: Stage, height: float) -> None:
    """A sky that brightens towards the horizon."""
    top, low = stage.palette.sky
    stage.pen.fill(box(LEFT, TOP, RIGHT, 0), top)
    for i in range(SKY_BANDS):
        band = box(LEFT, height * i / SKY_BANDS, RIGHT, height * (i + 1) / SKY_BANDS + 1)
        stage.pen.fill(band, mix(top, low, i / (SKY_BANDS - 1)))


def sun(stage: Stage, x: float, y: float, r: float) -> None:
    """A sun with a soft halo."""
    for grow, alpha in ((2.6, 30), (1.8, 45), (1.3, 80)):
        stage.pen.oval(x, y, r * grow, r * grow, (*stage.palette.sun, alpha))
    stage.pen.oval(x, y, r, r, stage.palette.sun)


def clouds(stage: Stage, lowest: float) -> None:
    """Three clouds in the colour of the lower sky."""
    colour = mix(stage.palette.sky[1], (255, 255, 255), 0.65)
    for _ in range(3):
        x, y = stage.within(-50, 1050), stage.within(95, lowest)
        cloud(stage.at(x, y, stage.within(50, 105)), colour)


def cloud(stage: Stage, colour: Colour) -> None:
    """A flat-bottomed cloud, two and a half units wide."""
    for x, y, r in (
        (-0.9, -0.12, 0.34),
        (-0.4, -0.36, 0.5),
        (0.2, -0.56, 0.58),
        (0.75, -0.22, 0.42),
    ):
        stage.pen.oval(x, y, r, r * 0.9, colour)
    stage.pen.blob(path("-1.3,0 -1,-0.3 1,-0.34 1.25,0"), colour)


def ridge(stage: Stage, y: float, swing: float, colour: Colour, *, step: float = 300) -> None:
    """A rolling line of hills that fills everything below it."""
    line: Outline = []
    x = LEFT
    while x < RIGHT:
        line.append((x, y + stage.within(-swing, swing)))
        x += step * stage.within(0.7, 1.3)
    stage.pen.fill([*smooth(line, closed=False), (RIGHT, BOTTOM), (LEFT, BOTTOM)], colour)


def foliage(x: float, y: float, rx: float, ry: float, rng: Random) -> Outline:
    """The outline of leaves seen as one mass."""
    return furry(oval(x, y, rx, ry), "curly", (rx + ry) * 0.19, rng)


def tree(stage: Stage, x: float, y: float, size: float) -> None:
    """A broad-leaved tree."""
    pen = stage.pen.at(x, y, size)
    leaf = stage.leaf()
    pen.fill(limb([(0, 0), (0.02, -0.6)], [0.13, 0.08]), stage.palette.bark)
    lit = mix(leaf, stage.palette.sun, 0.16)
    spots = [(stage.within(-0.3, 0.2), stage.within(-1.25, -0.7)) for _ in range(4)]

    def dapple(inner: Pen) -> None:
        for dx, dy in spots:
            inner.oval(dx, dy, 0.1, 0.05, lit)

    crown = foliage(0, -0.95, 0.42, 0.5, stage.rng)
    pen.part(crown, leaf, dapple, shade=(-0.09, -0.05), depth=34)


def fir(stage: Stage, x: float, y: float, size: float, snow: Colour) -> None:
    """A fir with snow on its boughs."""
    pen = stage.pen.at(x, y, size)
    green = stage.leaf()
    pen.fill(box(-0.04, -0.2, 0.04, 0), stage.palette.bark)
    for i, (wide, low, high) in enumerate(((0.4, 0.1, 0.6), (0.32, 0.38, 0.86), (0.22, 0.66, 1.1))):
        bough = pen.at(0, -high)
        tall = high - low
        shape = [(-wide, tall), (0.0, 0.0), (wide, tall), (0.0, tall + 0.05)]
        bough.part(shape, mix(green, stage.palette.sun, 0.05 * i), shade=(-0.1, 0), depth=40)
        drift = path("0,0 0.5,0.5 0.2,0.42 0,0.56 -0.25,0.42 -0.5,0.5", wide=wide)
        bough.fill([(dx, dy * tall) for dx, dy in drift], snow)


def bush(stage: Stage, x: float, y: float, size: float) -> None:
    """A bush in flower."""
    pen = stage.pen.at(x, y, size)
    leaves = foliage(0, -0.3, 0.7, 0.5, stage.rng)
    pen.part(leaves, stage.leaf(), shade=(-0.08, -0.1), depth=36)
    colour = stage.accent()
    for _ in range(9):
        flower(pen.at(stage.within(-0.5, 0.5), -stage.within(0.1, 0.6), 0.06), colour)


def flower(pen: Pen, colour: Colour) -> None:
    """A five-petalled blossom around the origin."""
    for i in range(5):
        turn = math.tau * i / 5
        pen.fill(oval(math.cos(turn), math.sin(turn), 0.72, 0.72, detail=12), colour)
    pen.fill(oval(0, 0, 0.6, 0.6, detail=12), (250, 200, 90))


def grass(stage: Stage, x: float, y: float, size: float, colour: Colour) -> None:
    """A tuft of grass."""
    pen = stage.pen.at(x, y, size)
    for i in range(-2, 3):
        root, tip = i * 0.12, i * 0.4 + stage.within(-0.1, 0.1)
        pen.fill([(root - 0.07, 0), (tip, -stage.within(0.7, 1.1)), (root + 0.07, 0)], colour)


def leaf(stage: Stage, x: float, y: float, size: float, colour: Colour) -> None:
    """One fallen or falling leaf."""
    pen = stage.pen.at(x, y, size, angle=stage.within(0, 360))
    pen.fill(smooth(path("-1,0 -0.2,-0.5 1,0 -0.2,0.5"), detail=5), colour)
    pen.line([(-1.2, 0), (0, 0.03), (0.8, 0)], 0.09, (*deeper(colour, 0.4), 160), taper=0.4)


def ball(pen: Pen, colour: Colour) -> None:
    """A tennis ball, or one of another colour, of radius 1."""
    seam = mix(colour, (255, 255, 255), 0.75)

    def seams(inner: Pen) -> None:
        for side in (-1, 1):
            inner.line(path("1.1,-1 0.45,0 1.1,1", wide=side), 0.13, seam)

    pen.part(oval(0, 0, 1, 1), colour, seams, shade=(-0.25, -0.3))


def bone(pen: Pen) -> None:
    """A chewing bone, about two units long."""
    cream = (250, 236, 210)
    for x in (-0.62, 0.62):
        for y in (-0.14, 0.14):
            pen.oval(x, y, 0.2, 0.2, cream)
    pen.fill(box(-0.6, -0.13, 0.6, 0.13), cream)
    pen.line([(-0.5, 0.16), (0, 0.16), (0.5, 0.16)], 0.05, (*deeper(cream, 0.2), 140))


def potted_plant(stage: Stage, x: float, y: float, size: float) -> None:
    """A big-leaved plant in a pot."""
    pen = stage.pen.at(x, y, size)
    for i in range(7):
        angle = -78 + 26 * i + stage.within(-6, 6)
        _big_leaf(
            pen.at(0, -0.36, stage.within(0.62, 0.95), angle=angle),
            stage.palette.leaves[i % len(stage.palette.leaves)],
        )
    clay = stage.palette.accents[0]
    pen.part(path("-0.24,-0.42 0.24,-0.42 0.17,0 -0.17,0"), clay, shade=(-0.08, 0), depth=40)
    pen.fill(box(-0.27, -0.46, 0.27, -0.36), deeper(clay, 0.12))


def _big_leaf(pen: Pen, green: Colour) -> None:
    def vein(inner: Pen) -> None:
        inner.line([(0, -0.4), (0, -0.7), (0, -1)], 0.02, mix(green, WHITE, 0.3))

    pen.line([(0, 0), (0.02, -0.3), (0, -0.6)], 0.025, deeper(green, 0.3))
    shape = smooth(path("0,-0.36 0.2,-0.62 0.12,-0.9 0,-1.08 -0.12,-0.9 -0.2,-0.62"))
    pen.part(shape, green, vein, shade=(-0.05, 0), depth=30)
