"""A pen that draws flat shapes on an oversized canvas, in coordinates of the thing drawn."""

import math
from collections.abc import Callable
from functools import cache

from PIL import Image, ImageDraw

from demo.portraits import curves
from demo.portraits.curves import Outline, Point

Colour = tuple[int, ...]

# Drawn at twice the size and averaged down: Pillow's polygons have hard edges.
OVERSAMPLING = 2
SHADOW = (52, 26, 62)


class Pen:
    """Draws on an image through an affine map, so that a part need not know where it stands."""

    def __init__(self, image: Image.Image, matrix: tuple[float, ...] = (1, 0, 0, 0, 1, 0)):
        self.image = image
        self.matrix = matrix
        self._draw = ImageDraw.Draw(image)
        # In this mode a fill blends into the opaque image below it, which takes twice as long.
        self._glaze = ImageDraw.Draw(image, "RGBA")

    def at(
        self, x: float, y: float, scale: float = 1, *, angle: float = 0, flip: bool = False
    ) -> "Pen":
        """A pen whose origin is at x, y of this one, turned by degrees, mirrored if asked."""
        c, s = math.cos(math.radians(angle)) * scale, math.sin(math.radians(angle)) * scale
        m = -1 if flip else 1
        a, b, tx, d, e, ty = self.matrix
        return Pen(
            self.image,
            (
                (a * c + b * s) * m,
                b * c - a * s,
                a * x + b * y + tx,
                (d * c + e * s) * m,
                e * c - d * s,
                d * x + e * y + ty,
            ),
        )

    def pixels(self, points: Outline) -> Outline:
        """The points on the canvas."""
        a, b, tx, d, e, ty = self.matrix
        return [(a * x + b * y + tx, d * x + e * y + ty) for x, y in points]

    def fill(self, outline: Outline, colour: Colour) -> None:
        """Fill an outline; a fourth number in the colour is its opacity of 255."""
        draw = self._draw if len(colour) == 3 else self._glaze
        draw.polygon(self.pixels(outline), fill=colour)

    def blob(self, points: Outline, colour: Colour) -> None:
        """Fill the smooth closed curve through a few points."""
        self.fill(curves.smooth(points), colour)

    def oval(
        self, x: float, y: float, rx: float, ry: float, colour: Colour, *, angle: float = 0
    ) -> None:
        """Fill an ellipse."""
        self.fill(curves.oval(x, y, rx, ry, angle=angle), colour)

    def line(self, points: Outline, width: float, colour: Colour, *, taper: float = 1) -> None:
        """Draw a smooth round-ended line; taper is the share of its width left at the ends."""
        ends = width * taper
        widths = [ends, *[width] * (len(points) - 2), ends]
        self.fill(curves.limb(points, widths), colour)

    def part(
        self,
        outline: Outline,
        colour: Colour,
        marks: Callable[["Pen"], None] | None = None,
        *,
        shade: Point = (-0.06, -0.07),
        depth: int = 44,
    ) -> None:
        """Fill an outline with a coat: base colour, markings cut to the outline, a shaded edge.

        The shade lies where the outline, moved by `shade`, does not cover itself.
        """
        ring = self.pixels(outline)
        frame = self._frame(ring)
        if frame is None:
            return
        left, top, right, bottom = frame
        size = (right - left, bottom - top)
        layer = Image.new("RGB", size, colour)
        a, b, tx, d, e, ty = self.matrix
        inner = Pen(layer, (a, b, tx - left, d, e, ty - top))
        if marks:
            marks(inner)
        local = curves.moved(ring, -left, -top)
        if depth:
            layer = self._shaded(layer, local, shade, depth)
        mask = Image.new("1", size)
        ImageDraw.Draw(mask).polygon(local, fill=1)
        self.image.paste(layer, (left, top), mask)

    def _shaded(self, layer: Image.Image, ring: Outline, shade: Point, depth: int) -> Image.Image:
        # The light stands still when a part is turned or mirrored, so only the size is mapped.
        size = math.hypot(self.matrix[0], self.matrix[3])
        lit = Image.new("1", layer.size)
        ImageDraw.Draw(lit).polygon(curves.moved(ring, shade[0] * size, shade[1] * size), fill=1)
        dim = layer.point(_dimming(depth))
        dim.paste(layer, (0, 0), lit)
        return dim

    def _frame(self, ring: Outline) -> tuple[int, int, int, int] | None:
        xs, ys = [x for x, _ in ring], [y for _, y in ring]
        left, top = max(0, int(min(xs))), max(0, int(min(ys)))
        right = min(self.image.width, int(max(xs)) + 2)
        bottom = min(self.image.height, int(max(ys)) + 2)
        return (left, top, right, bottom) if right > left and bottom > top else None


@cache
def _dimming(depth: int) -> list[int]:
    """Every value of each channel under a shadow of that opacity: a table is faster than a mask."""
    return [round(v + (dark - v) * depth / 255) for dark in SHADOW for v in range(256)]
