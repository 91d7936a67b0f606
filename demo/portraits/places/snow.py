"""Mountains, firs and drifts in the snow."""

from demo.portraits.curves import oval, path
from demo.portraits.places import props
from demo.portraits.places.stage import Stage


def behind(stage: Stage) -> None:
    """Mountains, firs and drifts."""
    palette, floor = stage.palette, stage.floor
    horizon = floor * 0.64
    props.sky(stage, horizon + 60)
    props.sun(stage, stage.within(150, 850), stage.within(130, 260), 56)
    for way in sorted(stage.rng.sample(range(-100, 1100, 60), 5)):
        _mountain(stage.at(way, horizon + 30, stage.within(260, 400)))
    props.ridge(stage, horizon - 6, 26, palette.middle)
    for way in range(-60, 1100, 80):
        if stage.rng.random() < 0.7:
            x, y = way + stage.within(-24, 24), horizon + stage.within(10, 40)
            props.fir(stage, x, y, stage.within(110, 190), palette.near)
    props.ridge(stage, horizon + 46, 20, palette.near, step=320)
    side = stage.side()
    near, far = 500 + side * stage.within(340, 410), 500 - side * stage.within(400, 470)
    props.fir(stage, near, floor - 80, stage.within(470, 600), palette.ground)
    props.fir(stage, far, floor - 110, stage.within(300, 400), palette.ground)
    props.ridge(stage, floor - 130, 18, palette.ground, step=360)
    for _ in range(7):
        x, y = stage.within(0, 1000), stage.within(floor - 70, floor + 260)
        stage.pen.line([(x, y), (x + 60, y - 8), (x + 130, y)], 7, palette.middle, taper=0.2)


def _mountain(stage: Stage) -> None:
    slope = path("-0.8,0 -0.1,-1 0.06,-0.96 0.8,0")
    stage.pen.part(slope, stage.palette.far, shade=(-0.36, 0), depth=26)
    cap = path("-0.1,-1 0.06,-0.96 0.27,-0.68 0.12,-0.74 -0.02,-0.64 -0.14,-0.74 -0.32,-0.69")
    stage.pen.fill(cap, (252, 252, 255))


def before(stage: Stage) -> None:
    """Flakes in the air."""
    for _ in range(70):
        r = stage.rng.choice((3, 4, 5, 7, 9))
        x, y = stage.within(-50, 1050), stage.within(-100, stage.floor + 300)
        stage.pen.fill(oval(x, y, r, r, detail=10), (255, 255, 255, 225))
