"""A street of terraced houses."""

from demo.portraits.curves import box, oval, path
from demo.portraits.look import WHITE, deeper, mix
from demo.portraits.pen import Colour
from demo.portraits.places import props
from demo.portraits.places.stage import Stage

IRON = (64, 66, 84)


def behind(stage: Stage) -> None:
    """A skyline, a row of houses with shops, a lamp and a tree."""
    ground = stage.floor - 150
    props.sky(stage, ground)
    props.sun(stage, stage.within(200, 800), stage.within(120, 220), 58)
    _skyline(stage, ground)
    _terrace(stage, ground)
    _pavement(stage, ground)
    side = stage.side()
    _lamp(stage.at(500 + side * 400, ground + 60))
    x, y = 500 - side * 400, ground + 66
    props.tree(stage, x, y - 40, 400)
    tub = box(x - 70, y - 76, x + 70, y)
    stage.pen.part(tub, stage.palette.accents[0], shade=(-16, 0), depth=36)


def _skyline(stage: Stage, ground: float) -> None:
    x = -140.0
    while x < 1150:
        wide = stage.within(70, 130)
        stage.pen.fill(box(x, ground - stage.within(420, 700), x + wide, ground), stage.palette.far)
        x += wide + stage.within(0, 24)


def _terrace(stage: Stage, ground: float) -> None:
    walls = [stage.palette.middle, stage.palette.near, *stage.palette.accents[1:]]
    stage.rng.shuffle(walls)
    x = -160.0
    for i in range(6):
        wide = stage.within(200, 260)
        wall = mix(walls[i % len(walls)], stage.palette.sky[1], 0.14)
        _house(stage.at(x, ground), wide, stage.within(370, 520), wall)
        x += wide


def _house(stage: Stage, wide: float, tall: float, wall: Colour) -> None:
    pen = stage.pen
    pen.fill(box(0, -tall, wide, 0), wall)
    if stage.rng.random() < 0.5:
        gable = [(-8.0, -tall), (wide / 2, -tall - wide * 0.34), (wide + 8, -tall)]
        pen.fill(gable, deeper(wall, 0.34))
    else:
        pen.fill(box(-6, -tall - 22, wide + 6, -tall), deeper(wall, 0.24))
    pen.fill(box(wide - 14, -tall, wide, 0), (*deeper(wall, 0.5), 46))
    glass = mix((96, 124, 148), stage.palette.sky[0], 0.4)
    y = 46 - tall
    while y < -240:
        for share in (0.16, 0.56):
            _window(stage.at(wide * share, y), wide * 0.26, glass, mix(wall, WHITE, 0.55))
        y += 140
    _shop(stage, wide, glass)


def _window(stage: Stage, wide: float, glass: Colour, frame: Colour) -> None:
    stage.pen.fill(box(-6, -6, wide + 6, 96), frame)
    stage.pen.fill(box(0, 0, wide, 84), glass)
    stage.pen.fill(path("0,84 0.77,0 1,0 0.23,84", wide=wide), (*WHITE, 60))
    if stage.rng.random() < 0.4:
        stage.pen.blob(path("-0.12,92 0.38,66 0.77,70 1.12,92", wide=wide), stage.palette.leaves[0])


def _shop(stage: Stage, wide: float, glass: Colour) -> None:
    pen = stage.pen
    pen.fill(box(wide * 0.1, -150, wide * 0.58, -26), glass)
    pen.fill(box(wide * 0.66, -160, wide * 0.9, 0), deeper(stage.accent(), 0.25))
    pen.oval(wide * 0.71, -76, 5, 5, (250, 220, 150))
    cloth = stage.rng.choice(stage.palette.accents[:3])
    step = wide * 0.9 / 8
    for i in range(8):
        left, colour = wide * 0.05 + i * step, cloth if i % 2 else WHITE
        pen.fill(box(left, -206, left + step, -160), colour)
        pen.fill(oval(left + step / 2, -160, step / 2, 13, detail=16), colour)


def _pavement(stage: Stage, ground: float) -> None:
    stone, left, right = stage.palette.ground, props.LEFT, props.RIGHT
    stage.pen.fill(box(left, ground, right, props.BOTTOM), stone)
    stage.pen.fill(box(left, ground, right, ground + 14), deeper(stone, 0.14))
    for i in range(5):
        y = ground + 60 + 70 * i + 16 * i * i
        stage.pen.fill(box(left, y, right, y + 4), deeper(stone, 0.1))


def _lamp(stage: Stage) -> None:
    stage.pen.fill(box(-8, -560, 8, 0), IRON)
    stage.pen.fill(box(-20, -40, 20, 0), IRON)
    stage.pen.oval(0, -610, 120, 120, (255, 236, 180, 46))
    stage.pen.oval(0, -600, 36, 46, (255, 240, 196))
    stage.pen.fill(path("-40,-632 0,-676 40,-632"), IRON)
    stage.pen.fill(box(-30, -566, 30, -552), IRON)


def before(stage: Stage) -> None:
    """A flowering bush at the edge of the picture."""
    props.bush(stage, stage.rng.choice((60, 940)), stage.floor + 170, 150)
