"""Markings, each drawn within the part that the pen is cut to."""

import math
from random import Random

from demo.portraits.curves import limb, mirrored, path, smooth
from demo.portraits.look import Look, deeper, mix
from demo.portraits.pen import Colour, Pen


def texture(pen: Pen, look: Look, where: str, *, reach: float = 1.2) -> None:
    """Spots, merle, brindle or ticking over about `reach` units around the origin."""
    rng = Random(f"{look.seed}/{where}")
    weave = {"spots": _spots, "merle": _merle, "brindle": _brindle, "ticked": _ticked}
    if look.coat.texture in weave:
        weave[look.coat.texture](pen, look, rng, reach)


def _spots(pen: Pen, look: Look, rng: Random, reach: float) -> None:
    placed: list[tuple[float, float, float]] = []
    for _ in range(90):
        x, y = rng.uniform(-reach, reach), rng.uniform(-reach, reach)
        r = rng.uniform(0.045, 0.12)
        if all(math.hypot(x - u, y - v) > (r + s) * 1.35 for u, v, s in placed):
            placed.append((x, y, r))
            pen.oval(x, y, r, r * rng.uniform(0.75, 1), look.coat.dark, angle=rng.uniform(0, 90))


def _cloud(rng: Random, x: float, y: float, r: float) -> list[tuple[float, float]]:
    turns = [(math.tau * i / 7, r * rng.uniform(0.55, 1.2)) for i in range(7)]
    return smooth([(x + s * math.cos(a), y + s * math.sin(a) * 0.85) for a, s in turns], detail=5)


def _merle(pen: Pen, look: Look, rng: Random, reach: float) -> None:
    pale = mix(look.coat.base, look.coat.light, 0.4)
    for _ in range(9):
        pen.fill(_cloud(rng, rng.uniform(-reach, reach), rng.uniform(-reach, reach), 0.2), pale)
    for _ in range(26):
        size = rng.choice([0.06, 0.09, 0.12, 0.2, 0.26])
        spot = _cloud(rng, rng.uniform(-reach, reach), rng.uniform(-reach, reach), size)
        pen.fill(spot, look.coat.dark)


def _brindle(pen: Pen, look: Look, rng: Random, reach: float) -> None:
    x = -reach
    while x < reach:
        y = rng.uniform(-reach, reach * 0.4)
        tall = rng.uniform(0.4, 0.9)
        sway = rng.uniform(-0.12, 0.12)
        stripe = limb([(x, y), (x + sway, y + tall / 2), (x, y + tall)], [0.01, 0.07, 0.01])
        pen.fill(stripe, (*look.coat.dark, 190))
        x += rng.uniform(0.03, 0.09)


def _ticked(pen: Pen, look: Look, rng: Random, reach: float) -> None:
    for _ in range(230):
        x, y = rng.uniform(-reach, reach), rng.uniform(-reach, reach)
        r = rng.uniform(0.014, 0.036)
        shade = look.coat.dark if rng.random() < 0.65 else look.coat.light
        pen.oval(x, y, r, r * 1.3, (*shade, 170))


def face(pen: Pen, look: Look) -> None:
    """Markings of a head seen from the front: eyes at (±0.36, -0.06), chin at (0, 0.9)."""
    coat, marks = look.coat, look.coat.marks
    texture(pen, look, "face")
    if "hood" in marks:
        pen.fill(mirrored(path("0,-1.3 1.4,-1.3 1.4,0.2 0.55,0.3 0.2,-0.2 0,-0.2")), coat.dark)
    if "mask" in marks:
        pen.blob(mirrored(path("0,-0.12 0.3,-0.02 0.62,0.28 0.6,0.9 0,1.2")), coat.dark)
    if "tan" in marks:
        _tan_face(pen, coat.tan)
    if "spitz" in marks:
        cap = path("0,0.02 0.09,-0.28 0.3,-0.44 0.52,-0.32 0.7,0.02 1.1,0.2 0.8,1.2 0,1.3")
        pen.blob(mirrored(cap), coat.light)
    if "cream" in marks:
        for s in (-1, 1):
            pen.oval(s * 0.62, 0.5, 0.34, 0.42, coat.light, angle=s * 20)
            pen.oval(s * 0.33, -0.36, 0.1, 0.075, coat.light, angle=s * -12)
    _white_and_patch(pen, look)


def _white_and_patch(pen: Pen, look: Look) -> None:
    coat, marks = look.coat, look.coat.marks
    if "patch" in marks:
        patch = path("0.1,-0.3 0.3,-0.8 1.2,-1 1.1,0.3 0.5,0.32 0.16,0.1", wide=look.side)
        pen.blob(patch, coat.dark)
    if "blaze" in marks:
        brow = path("0,-1.1 0.35,-1 0.7,-0.6 1,-0.1", wide=0.07 + 0.05 * (look.seed % 4))
        snout = path("0.36,0.2 0.62,0.5 0.6,1 0,1.2")
        pen.blob(mirrored(brow + snout), coat.light)


def _tan_face(pen: Pen, tan: Colour) -> None:
    for s in (-1, 1):
        pen.oval(s * 0.32, -0.34, 0.115, 0.085, tan, angle=s * -15)
        pen.oval(s * 0.52, 0.56, 0.36, 0.34, tan, angle=s * -20)


def colour_at_eye(look: Look, side: int) -> Colour:
    """The colour of the fur around an eye; side is -1 or 1."""
    coat, marks = look.coat, look.coat.marks
    if "patch" in marks and side == look.side:
        return coat.dark
    if "spitz" in marks:
        return coat.light
    return coat.dark if "hood" in marks else coat.base


def muzzle_colour(look: Look) -> Colour:
    """The colour of the snout, which the markings often change."""
    coat, marks = look.coat, look.coat.marks
    if marks & {"blaze", "spitz", "cream", "snip"}:
        return coat.light
    if "mask" in marks:
        return coat.dark
    if "tan" in marks:
        return coat.tan
    return mix(coat.base, coat.light, 0.16) if coat.texture != "spots" else coat.base


def beard_colour(look: Look) -> Colour:
    """Beards are pale where the brows are, as in schnauzers, and like the snout elsewhere."""
    return look.coat.light if "brows" in look.build.extras else muzzle_colour(look)


def ear_colour(look: Look, side: int) -> Colour:
    """Ears are a shade deeper than the head, or take the colour of the saddle or patch."""
    coat, marks = look.coat, look.coat.marks
    if "ears" in marks or ("patch" in marks and (side == look.side or look.seed % 3)):
        return coat.dark
    if "hood" in marks:
        return deeper(coat.dark, 0.18)
    return deeper(coat.base, 0.2)


def leg_colour(look: Look) -> Colour:
    """Legs are tan in black-and-tan coats and white in pied ones."""
    coat = look.coat
    return coat.tan if "tan" in coat.marks else coat.base


def paw_colour(look: Look) -> Colour:
    """Paws, white in socks."""
    return look.coat.light if look.coat.marks & {"socks", "cream", "spitz"} else leg_colour(look)


def leg(pen: Pen, look: Look) -> None:
    """The texture of a leg, unless legs have a colour of their own."""
    if "tan" not in look.coat.marks:
        texture(pen, look, "leg")


def sock(pen: Pen, look: Look, height: float) -> None:
    """A white foot below the given height."""
    leg(pen, look)
    if look.coat.marks & {"socks", "spitz"}:
        pen.fill([(-9, height), (9, height), (9, 9), (-9, 9)], look.coat.light)


def tail_colour(look: Look) -> Colour:
    """The tail takes the colour of the saddle, where there is one."""
    return look.coat.dark if look.coat.marks & {"saddle", "patch"} else look.coat.base


def tail(pen: Pen, look: Look, tip: tuple[float, float]) -> None:
    """A white tip."""
    texture(pen, look, "tail")
    if "tip" in look.coat.marks:
        pen.oval(*tip, 0.24, 0.24, look.coat.light)


def chest(pen: Pen, look: Look, top: float) -> None:
    """Markings of a body seen from the front, whose neck is at `top`."""
    coat, marks = look.coat, look.coat.marks
    body = pen.at(0, top + 0.8, 1)
    texture(body, look, "chest")
    if "saddle" in marks:
        for s in (-1, 1):
            body.blob(
                [(s * 0.34, -0.7), (s * 0.7, -0.8), (s * 0.9, 0.4), (s * 0.46, 0.3)], coat.dark
            )
    if "patch" in marks:
        body.blob(
            [
                (look.side * 0.3, 0.1),
                (look.side * 0.8, -0.3),
                (look.side * 0.8, 0.7),
                (look.side * 0.4, 0.5),
            ],
            coat.dark,
        )
    if "tan" in marks:
        for s in (-1, 1):
            body.oval(s * 0.18, -0.36, 0.15, 0.12, coat.tan, angle=s * 25)
    if marks & {"bib", "spitz", "cream"}:
        half = path("0,-1.1 0.3,-0.95 0.36,-0.55 0.3,-0.05 0.15,0.36 0,0.46")
        body.blob(mirrored(half), coat.light)
    _chest_hair(body, deeper(coat.light if marks & {"bib", "spitz", "cream"} else coat.base, 0.3))


def _chest_hair(pen: Pen, colour: Colour) -> None:
    for x, y in ((-0.09, -0.42), (0.09, -0.4), (0, -0.26)):
        pen.line(
            [(x - 0.06, y - 0.03), (x, y + 0.05), (x + 0.06, y - 0.03)],
            0.022,
            (*colour, 120),
            taper=0.3,
        )


def flank(pen: Pen, look: Look) -> None:
    """Markings of a body seen from the side, facing right: withers at (0.6, -1.4)."""
    coat, marks = look.coat, look.coat.marks
    texture(pen.at(0, -1, 1), look, "flank", reach=1.3)
    if "saddle" in marks:
        pen.blob(
            path("-1.2,-1 -0.9,-1.7 0.3,-1.8 0.85,-1.6 0.5,-1.1 -0.2,-1 -0.75,-1.02"), coat.dark
        )
    if "patch" in marks:
        pen.blob(path("-0.95,-1.6 -0.3,-1.5 -0.2,-1.1 -0.55,-0.85 -1.1,-1"), coat.dark)
        pen.oval(0.3, -1.4, 0.3, 0.24, coat.dark, angle=15)
    if marks & {"bib", "spitz", "cream"}:
        pen.blob(
            path("1.35,-1.7 0.95,-1.3 0.62,-0.9 0.1,-0.82 -0.4,-0.86 -0.2,-0.5 1.2,-0.5"),
            coat.light,
        )
    if "tan" in marks:
        pen.oval(1.0, -1.05, 0.16, 0.2, coat.tan)


def profile(pen: Pen, look: Look) -> None:
    """Markings of a head seen from the side, facing right: eye at (0.26, -0.2)."""
    coat, marks = look.coat, look.coat.marks
    s = look.build.snout
    texture(pen, look, "profile")
    if "hood" in marks:
        pen.blob(path("-1,-1 0.8,-1 0.5,-0.05 0,0.2 -1,0.5"), coat.dark)
    if "mask" in marks:
        pen.blob(path("0.42,-0.4 0.3,0.1 0.2,0.7 1.8,0.8 1.8,-0.4"), coat.dark)
    if "tan" in marks:
        pen.oval(0.3, -0.46, 0.11, 0.07, coat.tan, angle=-20)
        pen.blob([(0.1, 0.12), (0.6, 0.1), (0.7 + s, 0.05), (0.6 + s, 0.8), (0, 0.7)], coat.tan)
    if "spitz" in marks:
        pen.blob(
            path("-0.4,0.9 -0.3,0.1 0.1,-0.3 0.42,-0.42 0.6,-0.16 1.9,-0.2 1.7,0.9"), coat.light
        )
    if "cream" in marks:
        pen.blob(path("-0.3,0.9 -0.2,0.2 0.4,0.1 0.9,0 1.8,0.1 1.6,0.9"), coat.light)
        pen.oval(0.3, -0.46, 0.1, 0.06, coat.light, angle=-20)
    if "patch" in marks and look.side > 0:
        pen.blob(path("-0.6,-0.9 0.3,-0.9 0.52,-0.2 0.2,0.16 -0.4,0.1"), coat.dark)
    if "snip" in marks:
        pen.blob([(0.6 + 0.3 * s, -0.3), (0.6 + 0.2 * s, 0.7), (2, 0.7), (2, -0.3)], coat.light)
    if "blaze" in marks:
        pen.blob(path("0.3,-0.9 0.42,-0.5 0.62,-0.1 0.5,0.3 0.3,0.8 2,0.8 2,-0.6"), coat.light)
