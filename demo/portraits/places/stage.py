"""What painters of places work with."""

from dataclasses import dataclass, replace
from random import Random

from demo.portraits.pen import Colour, Pen
from demo.portraits.places.palette import Palette


@dataclass(frozen=True)
class Stage:
    """A canvas 1000 units wide whose dog stands at the height `floor`, its light, and chance."""

    pen: Pen
    palette: Palette
    rng: Random
    floor: float

    def at(self, x: float, y: float, size: float = 1, *, angle: float = 0) -> "Stage":
        """The same stage with a pen that draws around x, y."""
        return replace(self, pen=self.pen.at(x, y, size, angle=angle))

    def within(self, low: float, high: float) -> float:
        """A number between the two."""
        return self.rng.uniform(low, high)

    def side(self) -> int:
        """Left (-1) or right (1)."""
        return self.rng.choice((-1, 1))

    def leaf(self) -> Colour:
        """One of the greens."""
        return self.rng.choice(self.palette.leaves)

    def accent(self) -> Colour:
        """One of the bright colours."""
        return self.rng.choice(self.palette.accents)
