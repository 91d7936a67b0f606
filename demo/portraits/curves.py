"""Outlines: smooth closed shapes, tapering limbs and furry edges, as lists of (x, y)."""

import math
from collections.abc import Callable
from functools import cache
from random import Random

Point = tuple[float, float]
Outline = list[Point]


@cache
def _weights(detail: int) -> list[tuple[float, float, float, float]]:
    steps = [i / detail for i in range(detail)]
    return [
        (
            (-t + 2 * t * t - t**3) / 2,
            (2 - 5 * t * t + 3 * t**3) / 2,
            (t + 4 * t * t - 3 * t**3) / 2,
            (-t * t + t**3) / 2,
        )
        for t in steps
    ]


def smooth(points: Outline, *, closed: bool = True, detail: int = 9) -> Outline:
    """A Catmull-Rom curve through the points."""
    if closed:
        ring = [points[-1], *points, points[0], points[1]]
    else:
        ring = [points[0], *points, points[-1]]
    out = []
    weights = _weights(detail)
    for (ax, ay), (bx, by), (cx, cy), (dx, dy) in zip(
        ring, ring[1:], ring[2:], ring[3:], strict=False
    ):
        for a, b, c, d in weights:
            out.append((a * ax + b * bx + c * cx + d * dx, a * ay + b * by + c * cy + d * dy))
    if not closed:
        out.append(points[-1])
    return out


def path(text: str, *, wide: float = 1) -> Outline:
    """Points as in the `points` of an SVG polygon ("x,y x,y …"), stretched sideways by `wide`."""
    pairs = (pair.split(",") for pair in text.split())
    return [(float(x) * wide, float(y)) for x, y in pairs]


def mirrored(half: Outline) -> Outline:
    """A symmetric ring from its right half, listed from top to bottom."""
    left = [(-x, y) for x, y in reversed(half) if abs(x) > 1e-9]
    return [*half, *left]


def oval(
    x: float, y: float, rx: float, ry: float, *, angle: float = 0, detail: int = 36
) -> Outline:
    """An ellipse, turned by an angle in degrees."""
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    out = []
    for i in range(detail):
        u, v = rx * math.cos(math.tau * i / detail), ry * math.sin(math.tau * i / detail)
        out.append((x + u * c - v * s, y + u * s + v * c))
    return out


def box(left: float, top: float, right: float, bottom: float) -> Outline:
    """An upright rectangle."""
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def moved(points: Outline, dx: float, dy: float) -> Outline:
    """The same outline elsewhere."""
    return [(x + dx, y + dy) for x, y in points]


def _normals(line: Outline) -> Outline:
    out = []
    last = len(line) - 1
    for i in range(len(line)):
        ax, ay = line[max(0, i - 1)]
        bx, by = line[min(last, i + 1)]
        length = math.hypot(bx - ax, by - ay) or 1e-9
        out.append(((by - ay) / length, (ax - bx) / length))
    return out


def _cap(centre: Point, normal: Point, radius: float) -> Outline:
    start = math.atan2(normal[1], normal[0])
    turn = [start + math.pi * i / 8 for i in range(1, 8)]
    return [(centre[0] + radius * math.cos(a), centre[1] + radius * math.sin(a)) for a in turn]


def limb(joints: Outline, widths: list[float], *, detail: int = 8) -> Outline:
    """A round-ended stroke through the joints whose full width changes from joint to joint."""
    spine = smooth(joints, closed=False, detail=detail)
    girth = [w for w, _ in smooth([(w / 2, 0.0) for w in widths], closed=False, detail=detail)]
    normals = _normals(spine)
    sides = list(zip(spine, normals, girth, strict=True))
    left = [(x + nx * r, y + ny * r) for (x, y), (nx, ny), r in sides]
    right = [(x - nx * r, y - ny * r) for (x, y), (nx, ny), r in reversed(sides)]
    end = _cap(spine[-1], normals[-1], girth[-1])
    nx, ny = normals[0]
    start = _cap(spine[0], (-nx, -ny), girth[0])
    return [*left, *end, *right, *start]


def area(points: Outline) -> float:
    """Signed area; positive when the outline runs clockwise on screen."""
    pairs = zip(points, [*points[1:], points[0]], strict=True)
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs) / 2


def _spaced(points: Outline, step: float) -> Outline:
    """The ring resampled at about equal distances."""
    out, carry = [points[0]], 0.0
    for (ax, ay), (bx, by) in zip(points, [*points[1:], points[0]], strict=True):
        length = math.hypot(bx - ax, by - ay)
        along = step - carry
        while along < length:
            out.append((ax + (bx - ax) * along / length, ay + (by - ay) * along / length))
            along += step
        carry = length - (along - step)
    return out


# Where along one tuft the points lie, and how far out of the edge each stands.
_TUFTS = {
    "curly": [(0.0, 0.0), (0.15, 0.6), (0.36, 0.96), (0.64, 0.96), (0.85, 0.6)],
    "tufty": [
        (0.0, 0.0),
        (0.24, 0.2),
        (0.48, 0.58),
        (0.66, 0.9),
        (0.8, 1.0),
        (0.9, 0.82),
        (0.96, 0.36),
    ],
}
_HEIGHT = {"curly": 0.36, "tufty": 0.4}


def furry(
    points: Outline,
    kind: str,
    size: float,
    rng: Random,
    *,
    amount: Callable[[float, float], float] | None = None,
) -> Outline:
    """The outline with curls, or with tufts that hang down, of about the given size.

    `amount` says how long they are at a place, from 0 to 1.
    """
    ring = _strands(points, kind, size, rng)
    outward = 1 if area(ring) > 0 else -1
    out = []
    for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
        dx, dy = bx - ax, by - ay
        height = rng.uniform(0.75, 1.2) * _HEIGHT[kind] * outward
        height *= amount(ax, ay) if amount else 1
        tuft = _TUFTS[kind]
        if kind == "tufty" and dy < 0:
            tuft = [(1 - t, h) for t, h in reversed(tuft)]
        out += [(ax + dx * t + dy * h * height, ay + dy * t - dx * h * height) for t, h in tuft]
    return out


def _strands(points: Outline, kind: str, size: float, rng: Random) -> Outline:
    """Where each tuft begins: even for curls, uneven for long hair."""
    if kind == "curly":
        return _spaced(points, size)
    fine = _spaced(points, size / 6)
    out, at = [], 0
    while at < len(fine) - 3:
        out.append(fine[at])
        at += rng.randint(4, 10)
    return out
