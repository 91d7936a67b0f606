"""A head seen from the front. The skull is about one unit around the origin, y downwards."""

from collections.abc import Callable
from random import Random

from demo.portraits import ears, face, markings
from demo.portraits.curves import Outline, furry, mirrored, smooth
from demo.portraits.look import Look
from demo.portraits.pen import Pen


def draw(pen: Pen, look: Look, mood: str = "happy") -> None:
    """Draw the head; moods are happy (mouth open), calm and asleep."""
    ears.behind(pen, look)
    pen.part(_skull(look), look.coat.base, lambda p: markings.face(p, look), shade=(-0.1, -0.07))
    face.draw(pen, look, mood)
    ears.before(pen, look)
    if "fringe" in look.build.extras:
        face.fringe(pen, look)


def _skull(look: Look) -> Outline:
    build = look.build
    w, j = build.skull, build.jaw
    half = [
        (0, -0.97),
        (0.3 * w, -0.93),
        (0.6 * w, -0.76),
        (0.82 * w, -0.4),
        (0.88 * w, 0.02),
        (0.8 * w * (0.6 + 0.4 * j), 0.4),
        (0.56 * w * j, 0.72),
        (0.28 * w * j, 0.9),
        (0, 0.95),
    ]
    return fleece(look, smooth(mirrored(half)))


def fleece(look: Look, ring: Outline) -> Outline:
    """The outline of a head with this dog's hair, longest on the cheeks."""
    crown = 0.0 if look.build.fur == "ruff" else 0.45
    return shaggy(look, ring, lambda x, y: min(1, max(crown, (y + 0.35) * 2)))


def pelt(look: Look, ring: Outline) -> Outline:
    """The outline of a body with this dog's hair, which ends before the ground at y = 0."""
    return shaggy(look, ring, lambda x, y: min(1, max(0.0, -0.12 - y) * 4))


def shaggy(look: Look, ring: Outline, amount: Callable[[float, float], float]) -> Outline:
    """The outline with hair as long as `amount` says, for coats that are not smooth."""
    build = look.build
    if build.fur == "smooth":
        return ring
    if build.fur == "curly":
        return furry(ring, "curly", 0.16 + 0.1 * build.shag, Random(look.seed))
    length = 0.7 if build.fur == "ruff" else 1
    size = 0.15 + 0.12 * build.shag
    return furry(ring, "tufty", size, Random(look.seed), amount=lambda x, y: length * amount(x, y))
