"""The corpus: everything bad that is sent, a row each, in ten categories."""

from tests.input.corpus import (
    dates,
    envelopes,
    frames,
    injections,
    numbers,
    pages,
    shapes,
    text,
    tokens,
    uploads,
)
from tests.input.corpus.rows import Row

# The least that there must be of each.
CORPUS: dict[str, tuple[list[Row], int]] = {
    "text": (text.ROWS, 250),
    "numbers": (numbers.ROWS, 150),
    "shapes": (shapes.ROWS, 150),
    "pages": (pages.ROWS, 100),
    "envelopes": (envelopes.ROWS, 100),
    "tokens": (tokens.ROWS, 80),
    "uploads": (uploads.ROWS, 80),
    "frames": (frames.ROWS, 80),
    "dates": (dates.ROWS, 60),
    "injections": (injections.ROWS, 150),
}
LEAST = 1_200
