"""A living room."""

from demo.portraits.curves import Outline, box, oval, path, smooth
from demo.portraits.look import WHITE, deeper, mix
from demo.portraits.pen import Colour, Pen
from demo.portraits.places import props
from demo.portraits.places.stage import Stage

GLASS = (198, 228, 236)
TENNIS = (206, 218, 86)


def behind(stage: Stage) -> None:
    """A wall with a window and pictures, a sofa, a lamp, a plant and a rug."""
    palette = stage.palette
    skirting = stage.floor - 170
    stage.pen.fill(box(props.LEFT, props.TOP, props.RIGHT, skirting), palette.sky[0])
    side = stage.side()
    _window(stage.at(500 - side * 260, skirting * 0.42))
    _pictures(stage.at(500 + side * 270, skirting * 0.34))
    _floor(stage, skirting)
    _sofa(stage.at(500 + side * 170, skirting + 50))
    props.potted_plant(stage, 500 - side * 390, skirting + 80, 330)
    _lamp(stage.at(500 + side * 455, skirting + 30))
    _rug(stage.at(500, stage.floor + 26))


def _floor(stage: Stage, top: float) -> None:
    wood, left, right = stage.palette.ground, props.LEFT, props.RIGHT
    stage.pen.fill(box(left, top, right, props.BOTTOM), wood)
    stage.pen.fill(box(left, top - 34, right, top), mix(stage.palette.sky[0], WHITE, 0.5))
    for i in range(7):
        y = top + 30 * i + 9 * i * i
        stage.pen.fill(box(left, y, right, y + 3 + i * 0.4), deeper(wood, 0.12))


def _window(stage: Stage) -> None:
    pen, cloth = stage.pen, stage.palette.accents[2]
    frame = mix(stage.palette.accents[1], WHITE, 0.5)

    def view(inner: Pen) -> None:
        inner.oval(70, -90, 40, 40, stage.palette.sun)
        props.cloud(Stage(inner.at(-50, -60, 44), stage.palette, stage.rng, 0), WHITE)
        inner.oval(-70, 190, 170, 110, (150, 196, 140))
        inner.oval(100, 200, 150, 90, (120, 174, 124))

    def folds(inner: Pen) -> None:
        for x in (-212, -186, 186, 212):
            inner.line([(x, -230), (x + 4, 0), (x, 260)], 7, (*deeper(cloth, 0.25), 110))

    pen.fill(box(-156, -196, 156, 196), frame)
    pen.part(box(-140, -180, 140, 180), GLASS, view, shade=(8, 8), depth=30)
    pen.fill(box(-6, -180, 6, 180), frame)
    pen.fill(box(-140, -20, 140, -8), frame)
    pen.fill(box(-176, 190, 176, 214), deeper(frame, 0.08))
    for side in (-1, 1):
        curtain = path("130,-226 236,-226 226,260 172,256 176,0", wide=side)
        pen.part(curtain, cloth, folds, shade=(-8, 0), depth=30)
    pen.line([(-256, -230), (0, -230), (256, -230)], 12, stage.palette.bark)


def _pictures(stage: Stage) -> None:
    shadow = (*deeper(stage.palette.sky[0], 0.5), 70)
    hues = [stage.palette.accents[i] for i in (0, 2, 3)]
    for x, y, wide, high in ((-84, -20, 66, 86), (74, -56, 56, 56), (74, 72, 56, 50)):
        pen, hue = stage.pen.at(x, y), stage.rng.choice(hues)
        pen.fill(box(6 - wide, 8 - high, wide + 6, high + 8), shadow)
        pen.fill(box(-wide, -high, wide, high), stage.palette.accents[1])
        pen.fill(box(13 - wide, 13 - high, wide - 13, high - 13), mix(hue, WHITE, 0.62))
        _paw(pen.at(0, 0, high * 0.5), hue)


def _paw(pen: Pen, colour: Colour) -> None:
    pen.oval(0, 0.32, 0.42, 0.36, colour)
    for x, y in path("-0.56,-0.14 -0.2,-0.42 0.2,-0.42 0.56,-0.14"):
        pen.oval(x, y, 0.16, 0.21, colour)


def _sofa(stage: Stage) -> None:
    pen, cloth = stage.pen, stage.palette.middle
    for x in (-230, 230):
        pen.fill(box(x - 12, -20, x + 12, 24), stage.palette.bark)
    pen.part(_rounded(-270, -270, 270, -10, 60), cloth, shade=(-8, -14), depth=36)
    for left, right in ((-252, 0), (0, 252)):
        seat = _rounded(left, -140, right, -50, 30)
        pen.part(seat, mix(cloth, WHITE, 0.08), shade=(-4, -10), depth=30)
    for x in (-268, 268):
        arm = _rounded(x - 56, -190, x + 56, 0, 46)
        pen.part(arm, deeper(cloth, 0.1), shade=(-8, -12), depth=36)
    cushion = smooth(path("-62,-60 0,-52 62,-60 56,0 62,60 0,54 -62,60 -56,0"))
    pen.at(-130, -170).part(cushion, stage.palette.accents[2], shade=(-8, -8), depth=36)


def _rounded(left: float, top: float, right: float, bottom: float, r: float) -> Outline:
    """A box with round corners."""
    round_corner = oval(0, 0, r, r, detail=36)
    corners = (
        (right - r, bottom - r),
        (left + r, bottom - r),
        (left + r, top + r),
        (right - r, top + r),
    )
    return [
        (x + dx, y + dy)
        for i, (x, y) in enumerate(corners)
        for dx, dy in (round_corner + round_corner)[9 * i : 9 * i + 10]
    ]


def _lamp(stage: Stage) -> None:
    stage.pen.fill(box(-5, -560, 5, 0), stage.palette.bark)
    stage.pen.oval(0, 0, 56, 14, stage.palette.bark)
    for r, alpha in ((230, 26), (150, 34)):
        stage.pen.oval(0, -560, r, r, (255, 240, 196, alpha))
    shade = path("-56,-650 56,-650 92,-510 -92,-510")
    stage.pen.part(shade, (255, 236, 190), shade=(-14, 0), depth=24)


def _rug(stage: Stage) -> None:
    red, cream, gold = stage.palette.accents[:3]
    for size, colour in (
        (1, red),
        (0.9, cream),
        (0.84, red),
        (0.6, gold),
        (0.54, mix(red, cream, 0.25)),
    ):
        stage.pen.oval(0, 0, 440 * size, 106 * size, colour)


def before(stage: Stage) -> None:
    """A ball and a bone on the floor."""
    side = stage.side()
    colour = stage.rng.choice((TENNIS, stage.palette.accents[3]))
    props.ball(stage.pen.at(500 + side * 330, stage.floor + 60, 38), colour)
    props.bone(stage.pen.at(500 - side * 320, stage.floor + 90, 70, angle=-14))
