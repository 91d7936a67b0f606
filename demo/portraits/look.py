"""What a dog looks like: build, coat and what it wears. The same in every one of its photos."""

from dataclasses import dataclass, replace
from random import Random

from demo.portraits.pen import Colour

INK = (43, 30, 34)
WHITE = (252, 246, 236)


@dataclass(frozen=True)
class Build:
    """Proportions; 1 is a Labrador."""

    head: float = 1.0
    skull: float = 1.0
    jaw: float = 1.0
    muzzle: float = 1.0
    snout: float = 1.0
    ears: str = "floppy"
    ear: float = 1.0
    fur: str = "smooth"
    shag: float = 0.0
    legs: float = 1.0
    length: float = 1.0
    girth: float = 1.0
    tail: str = "otter"
    extras: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Coat:
    """Colours, markings (which areas take another colour) and texture (what the base is woven of)."""

    base: Colour
    dark: Colour = (58, 46, 48)
    light: Colour = WHITE
    tan: Colour = (196, 124, 62)
    marks: frozenset[str] = frozenset()
    texture: str = "plain"
    nose: Colour = INK
    eye: Colour = (96, 56, 30)

    def shaded(self, rng: Random) -> "Coat":
        """The same coat a little lighter or darker, as no two dogs have quite the same."""
        share = rng.uniform(-0.09, 0.09)
        towards = (255, 236, 206) if share > 0 else (70, 40, 34)
        return replace(self, base=mix(self.base, towards, abs(share)))


@dataclass(frozen=True)
class Look:
    """One dog; its seed places the spots and stripes alike in every photo."""

    build: Build
    coat: Coat
    seed: int
    collar: Colour = (214, 84, 74)
    wears: str = "tag"
    side: int = 1


def rgb(text: str) -> Colour:
    """The colour that "#d6544a" stands for."""
    return tuple(bytes.fromhex(text.removeprefix("#")))


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """The colour a with the given share of b."""
    return tuple(round(x + (y - x) * share) for x, y in zip(a, b, strict=True))


def luminance(colour: Colour) -> float:
    """Perceived brightness, 0 to 1 (ITU-R BT.601 weights)."""
    return (0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]) / 255


def deeper(colour: Colour, share: float = 0.3) -> Colour:
    """A darker, warmer neighbour of a colour, for lines and far sides; lighter for near-blacks."""
    if luminance(colour) < 0.24:
        return mix(colour, (132, 108, 112), share * 0.9)
    return mix(colour, (74, 32, 40), share)
