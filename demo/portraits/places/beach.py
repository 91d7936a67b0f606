"""A beach with sea, sand and a sail."""

from dataclasses import replace
from random import Random

from demo.portraits.curves import box, path
from demo.portraits.look import deeper
from demo.portraits.pen import Pen
from demo.portraits.places import props
from demo.portraits.places.stage import Stage

FOAM = (255, 252, 244)


def behind(stage: Stage) -> None:
    """Sea, sand, a sail and a parasol."""
    palette, floor = stage.palette, stage.floor
    horizon = floor * 0.55
    props.sky(stage, horizon + 10)
    props.sun(stage, stage.within(150, 850), horizon * stage.within(0.3, 0.7), 72)
    props.clouds(stage, horizon * 0.6)
    stage.pen.fill(box(props.LEFT, horizon, props.RIGHT, floor), palette.far)
    stage.pen.fill(box(props.LEFT, horizon + 46, props.RIGHT, floor), palette.middle)
    for _ in range(22):
        x, y = stage.within(-100, 1100), stage.within(horizon + 8, floor - 190)
        stage.pen.line([(x, y), (x + 30, y - 3), (x + 60, y)], 4, (*FOAM, 120), taper=0.3)
    _boat(stage.at(stage.within(140, 860), horizon + 22, stage.within(0.8, 1.2)))
    _sand(stage)
    way = 500 + stage.side() * stage.within(340, 420)
    _parasol(stage.at(way, floor - 60, 1.15, angle=stage.within(-12, 12)))


def _sand(stage: Stage) -> None:
    sand, floor = stage.palette.ground, stage.floor
    wet = deeper(sand, 0.14)
    for lift, colour in ((64, stage.palette.near), (30, FOAM), (14, wet), (-16, sand)):
        # The same chance each time, so that the wave's edges run side by side.
        edge = replace(stage, rng=Random(7))
        props.ridge(edge, floor - 130 - lift, 14, colour, step=170)
    for _ in range(60):
        x, y = stage.within(-100, 1100), stage.within(floor - 80, floor + 400)
        stage.pen.oval(x, y, 3, 2, deeper(sand, 0.16))


def _boat(stage: Stage) -> None:
    stage.pen.fill(path("-46,-6 52,-6 34,16 -32,16"), stage.palette.accents[3])
    stage.pen.fill(path("0,-14 0,-110 58,-14"), FOAM)
    stage.pen.fill(path("-6,-14 -6,-92 -40,-14"), stage.palette.accents[0])


def _parasol(stage: Stage) -> None:
    stage.pen.fill(box(-6, -380, 6, 10), (244, 232, 214))
    cloth, stripe = stage.palette.accents[stage.rng.choice((0, 2, 3))], stage.palette.accents[1]

    def stripes(inner: Pen) -> None:
        for side in (-1, 1):
            inner.fill(path("0,-400 42,-240 118,-240", wide=side), stripe)

    dome = path(
        "-190,-262 -150,-330 -70,-384 0,-398 70,-384 150,-330 190,-262 127,-272 "
        "64,-262 0,-272 -64,-262 -127,-272"
    )
    stage.pen.part(dome, cloth, stripes, shade=(-18, -12), depth=36)


def before(stage: Stage) -> None:
    """Paw prints in the sand, and a starfish."""
    print_colour = (*deeper(stage.palette.ground, 0.3), 120)
    for i in range(5):
        paw = stage.pen.at(120 + i * 60, stage.floor + 150 - i * 22)
        paw.oval(0, 0, 11, 8, print_colour)
        for x, y in path("-13,-13 -4,-18 6,-17 14,-11"):
            paw.oval(x, y, 5, 3.5, print_colour)
    x, y = stage.within(720, 900), stage.floor + stage.within(70, 130)
    star = stage.pen.at(x, y, 34, angle=stage.within(0, 60))
    for i in range(5):
        arm = path("-0.34,0 0,-1 0.34,0")
        star.at(0, 0, angle=72 * i).blob(arm, stage.palette.accents[0])
