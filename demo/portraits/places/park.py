"""A park with hills, trees and a lawn."""

from demo.portraits.curves import path
from demo.portraits.look import mix
from demo.portraits.places import props
from demo.portraits.places.stage import Stage


def behind(stage: Stage) -> None:
    """Hills, trees and a lawn."""
    palette, floor = stage.palette, stage.floor
    horizon = floor * 0.66
    props.sky(stage, horizon + 60)
    props.sun(stage, stage.within(120, 880), stage.within(130, 260), 62)
    props.clouds(stage, horizon * 0.55)
    props.ridge(stage, horizon - 90, 60, palette.far, step=360)
    props.ridge(stage, horizon - 30, 36, palette.middle)
    for x in range(-80, 1100, 95):
        if stage.rng.random() < 0.75:
            away = x + stage.within(-30, 30)
            props.tree(stage, away, horizon + stage.within(0, 14), stage.within(90, 170))
    props.ridge(stage, horizon + 8, 10, palette.near)
    side = stage.side()
    props.tree(stage, 500 + side * stage.within(330, 400), floor - 110, stage.within(430, 560))
    _lawn(stage)
    props.bush(stage, 500 - side * stage.within(380, 460), floor - 70, stage.within(130, 190))


def _lawn(stage: Stage) -> None:
    top = stage.floor - 150
    props.ridge(stage, top, 14, stage.palette.ground, step=400)
    way = path("60,-4 250,90 80,210 300,750 800,750 420,190 440,80 110,-4", wide=stage.side())
    stage.pen.at(500, top).blob(way, mix(stage.palette.ground, (255, 236, 200), 0.65))
    blade = mix(stage.palette.ground, stage.palette.leaves[0], 0.4)
    for _ in range(26):
        y = stage.within(top + 30, stage.floor + 330)
        props.grass(stage, stage.within(-100, 1100), y, 18 + (y - top) * 0.05, blade)


def before(stage: Stage) -> None:
    """Flowers and grass at the lower edge, lower still where the dog is."""
    for x in range(-20, 1040, 60):
        y = stage.floor + stage.within(120, 230) + (90 if abs(x - 500) < 240 else 0)
        green = mix(stage.palette.ground, stage.palette.leaves[1], stage.within(0.4, 0.8))
        props.grass(stage, x, y, stage.within(40, 70), green)
        if stage.rng.random() < 0.45:
            props.flower(stage.pen.at(x + 20, y - 60, stage.within(9, 14)), stage.accent())
