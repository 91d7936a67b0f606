"""A dog seen from the side, facing right: running, standing, bowing to play. The ground is y = 0."""

import math
from dataclasses import dataclass

from demo.portraits import head, markings, profile, tails, wear
from demo.portraits.curves import Outline, limb, oval, path, smooth
from demo.portraits.look import Look, deeper
from demo.portraits.pen import Pen


@dataclass(frozen=True)
class Stance:
    """Where the joints of a pose are, for a build of 1."""

    torso: Outline
    neck: Outline
    head: tuple[float, float, float]
    tail: tuple[float, float, float]
    hind: tuple[Outline, Outline]
    fore: tuple[Outline, Outline]
    wind: float = 0.0


RUN = Stance(
    torso=path(
        "-1.05,-1.2 -0.72,-1.5 -0.1,-1.5 0.5,-1.62 0.95,-1.5 1.05,-1.15 "
        "0.75,-0.86 0.1,-0.92 -0.5,-1 -0.95,-0.9"
    ),
    neck=[(0.7, -1.3), (1.15, -1.85)],
    head=(1.3, -2.0, 4),
    tail=(-1.0, -1.34, -35),
    hind=(
        path("-0.8,-1.15 -0.98,-0.72 -1.42,-0.62 -1.78,-0.4"),
        path("-0.75,-1.1 -0.7,-0.66 -1.1,-0.46 -1.35,-0.2"),
    ),
    fore=(
        path("0.7,-1.2 1.05,-0.8 1.5,-0.82 1.86,-0.7"),
        path("0.72,-1.15 0.86,-0.74 1.26,-0.62 1.56,-0.42"),
    ),
    wind=0.85,
)
STAND = Stance(
    torso=path(
        "-1,-1.15 -0.78,-1.48 -0.1,-1.46 0.45,-1.56 0.86,-1.5 1,-1.15 "
        "0.72,-0.84 0.1,-0.88 -0.45,-0.96 -0.9,-0.85"
    ),
    neck=[(0.66, -1.3), (0.98, -1.95)],
    head=(1.1, -2.12, -4),
    tail=(-0.94, -1.36, 0),
    hind=(
        path("-0.72,-1.1 -0.6,-0.66 -0.96,-0.4 -0.86,-0.07"),
        path("-0.6,-1.1 -0.4,-0.66 -0.66,-0.4 -0.52,-0.09"),
    ),
    fore=(
        path("0.66,-1.15 0.6,-0.7 0.64,-0.36 0.66,-0.07"),
        path("0.72,-1.15 0.9,-0.78 1.06,-0.46 1,-0.16"),
    ),
)
BOW = Stance(
    torso=path(
        "-1.1,-1.35 -0.8,-1.62 -0.3,-1.5 0.3,-1.1 0.85,-0.92 1.08,-0.62 "
        "0.85,-0.3 0.3,-0.42 -0.3,-0.86 -0.9,-0.95"
    ),
    neck=[(0.76, -0.75), (1.12, -1.15)],
    head=(1.28, -1.32, -8),
    tail=(-1.02, -1.5, 14),
    hind=(
        path("-0.78,-1.25 -0.6,-0.72 -0.98,-0.42 -0.86,-0.07"),
        path("-0.66,-1.2 -0.38,-0.7 -0.7,-0.42 -0.54,-0.09"),
    ),
    fore=(
        path("0.66,-0.55 0.72,-0.14 1.2,-0.1 1.62,-0.08"),
        path("0.7,-0.5 0.9,-0.12 1.36,-0.14 1.82,-0.12"),
    ),
    wind=0.25,
)
STANCES = {"run": RUN, "stand": STAND, "bow": BOW}


def draw(pen: Pen, look: Look, stance: Stance, mood: str = "happy") -> None:
    """Draw the dog in a stance."""
    build = look.build
    # Legs shorten towards the body, which then comes down on them.
    rear = pen.at(0, (1 - build.legs) * 0.85)
    # Long bodies grow between the shoulders and the rump.
    reach = 0.7 * (build.length - 1)
    front = rear.at(reach, 0)
    hind, far_hind = ([(x * build.length, y) for x, y in leg] for leg in stance.hind)
    _leg(rear, look, far_hind, far=True, hind=True)
    _leg(front, look, stance.fore[1], far=True)
    x, y, angle = stance.tail
    tails.draw(rear.at(x * build.length, y, 0.95, angle=angle), look)
    _leg(rear, look, hind, hind=True)
    _trunk(front, look, stance)
    _leg(front, look, stance.fore[0])
    _collar(front, look, stance.neck)
    x, y, angle = stance.head
    head_pen = front.at(x, y, 0.66 * build.head, angle=angle)
    profile.draw(head_pen, look, mood, wind=stance.wind)


def _trunk(pen: Pen, look: Look, stance: Stance) -> None:
    g, stretch = look.build.girth, look.build.length
    torso = [(0.7 + (x - 0.7) * stretch, -1.2 + (y + 1.2) * g) for x, y in stance.torso]
    back = min(y for _, y in torso)
    ring = head.shaggy(
        look, smooth(torso), lambda x, y: 0.25 + min(0.75, max(0, y - back - 0.2) * 2)
    )

    def flank(inner: Pen) -> None:
        markings.flank(inner, look)

    pen.part(limb(stance.neck, [0.78 * g, 0.62 * (0.5 + g / 2)]), look.coat.base, flank, depth=0)
    pen.part(ring, look.coat.base, flank, shade=(-0.02, -0.12))


def _collar(pen: Pen, look: Look, neck: Outline) -> None:
    (ax, ay), (bx, by) = neck
    length = math.hypot(bx - ax, by - ay)
    half = 0.34 * (0.5 + look.build.girth / 2)
    nx, ny = (by - ay) / length * half, (ax - bx) / length * half
    x, y = ax + (bx - ax) * 0.42, ay + (by - ay) * 0.42
    wear.side(pen, look, (x + nx, y + ny), (x - nx, y - ny))


def _leg(pen: Pen, look: Look, joints: Outline, *, far: bool = False, hind: bool = False) -> None:
    build = look.build
    top = joints[0][1]
    bent = [(x, top + (y - top) * build.legs) for x, y in joints]
    bulk = 0.7 + 0.3 * build.girth
    widths = [w * bulk for w in ((0.72, 0.42, 0.2, 0.17) if hind else (0.46, 0.27, 0.2, 0.17))]
    leg, paw = markings.leg_colour(look), markings.paw_colour(look)
    foot = bent[-1]
    shin = ((foot[0] + bent[-2][0]) / 2, (foot[1] + bent[-2][1]) / 2)
    sole = oval(foot[0] + 0.05, foot[1], 0.16, 0.105)
    if far:
        pen.fill(limb(bent, widths), deeper(leg, 0.26))
        pen.fill(limb([shin, foot], widths[-2:]), deeper(paw, 0.26))
        pen.fill(sole, deeper(paw, 0.26))
        return
    pen.part(
        limb(bent, widths), leg, lambda p: markings.leg(p, look), shade=(-0.05, -0.02), depth=30
    )
    if paw != leg:
        pen.part(limb([shin, foot], [w * 1.04 for w in widths[-2:]]), paw, depth=30)
    pen.part(sole, paw, depth=30)
