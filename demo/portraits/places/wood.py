"""A wood: trunks that fade into the light, and a floor of leaves."""

from demo.portraits.curves import limb, path
from demo.portraits.look import deeper, mix
from demo.portraits.pen import Colour, Pen
from demo.portraits.places import props
from demo.portraits.places.stage import Stage


def behind(stage: Stage) -> None:
    """Two rows of pale trunks, two near ones, leaves above and below."""
    palette, floor = stage.palette, stage.floor
    props.sky(stage, floor)
    props.sun(stage, stage.within(300, 700), floor * 0.4, 120)
    _row(stage, palette.far, floor - 234, count=9, wide=34)
    _row(stage, palette.middle, floor - 195, count=7, wide=52)
    for side in (-1, 1):
        _trunk(stage.at(500 + side * stage.within(390, 460), 0))
    for _ in range(10):
        x = stage.rng.choice((stage.within(-80, 330), stage.within(670, 1080)))
        crown = props.foliage(x, stage.within(-70, 60), 180, 110, stage.rng)
        stage.pen.fill(crown, stage.leaf())
    props.ridge(stage, floor - 120, 16, palette.ground)
    for _ in range(70):
        y = stage.within(floor - 105, floor + 330)
        colour = stage.rng.choice((*palette.accents, *palette.leaves))
        props.leaf(stage, stage.within(-60, 1060), y, 11 + (y - floor + 100) * 0.03, colour)


def _row(stage: Stage, colour: Colour, foot: float, *, count: int, wide: float) -> None:
    props.ridge(stage, foot, 20, mix(colour, stage.palette.ground, 0.3), step=260)
    for i in range(count):
        x = -60 + 1120 * (i + stage.within(0.1, 0.9)) / count
        bend = (x + stage.within(-14, 14), stage.floor * 0.4)
        trunk = limb([(x, foot + 90), bend, (x, -200)], [wide * 1.3, wide, wide * 0.8])
        stage.pen.fill(trunk, colour)
    for _ in range(7):
        x, y = stage.within(-100, 1100), stage.within(-60, 130)
        crown = props.foliage(x, y, 170, 110, stage.rng)
        stage.pen.fill(crown, mix(colour, stage.leaf(), 0.35))


def _trunk(stage: Stage) -> None:
    floor, bark = stage.floor, stage.palette.bark

    def grain(inner: Pen) -> None:
        for _ in range(9):
            x, y = stage.within(-45, 45), stage.within(0, floor)
            line = [(x, y), (x + 5, y + 40), (x, y + 90)]
            inner.line(line, 6, deeper(bark, 0.3), taper=0.2)

    spine = [(0.0, floor - 70), (stage.within(-20, 20), floor * 0.4), (0.0, -200.0)]
    stage.pen.part(limb(spine, [150, 104, 110]), bark, grain, shade=(-26, 0), depth=46)


def before(stage: Stage) -> None:
    """Leaves in the air, and mushrooms."""
    for _ in range(16):
        x = stage.rng.choice((stage.within(0, 300), stage.within(700, 1000)))
        props.leaf(stage, x, stage.within(80, stage.floor), stage.within(10, 18), stage.leaf())
    x, y = stage.rng.choice((110, 840)), stage.floor + 70
    for dx, tall in ((0, 62), (52, 42)):
        mushroom = stage.pen.at(x + dx, y, tall)
        mushroom.fill(limb([(0, 0), (0, -1)], [0.4, 0.3]), (250, 238, 216))
        cap = path("-0.6,-0.8 -0.36,-1.3 0,-1.5 0.36,-1.3 0.6,-0.8 0,-0.72")
        mushroom.part(cap, stage.palette.accents[0], shade=(-0.1, -0.1))
