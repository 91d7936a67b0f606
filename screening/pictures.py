"""Whether two pictures are the same one: 64 bits that survive scaling, re-encoding and retouching.

A difference hash: of the picture in nine by eight greys, each bit says whether it grows darker from
one to the next (N. Krawetz, "Kind of Like That", 2013). `bench/lookalikes.py` measures how far copies
of a picture are apart, and how far others are; the thresholds stand on that.
"""

from PIL import Image

WIDTH, HEIGHT = 9, 8
# In how many bits pictures differ that staff are shown as look-alikes: of four million others, a few do.
NEAR = 7
# And the same picture once more, of which nobody has to be convinced.
SAME = 5
# Greys between the lightest and the darkest: below it is a plain surface, and every one is alike.
LEAST_CONTRAST = 12


def perceptual_hash(picture: Image.Image) -> int | None:
    """The hash of an upright picture, as a signed number of 64 bits; None for a plain surface."""
    greys = picture.convert("L").resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).tobytes()
    if max(greys) - min(greys) < LEAST_CONTRAST:
        return None
    bits = 0
    for row in range(0, WIDTH * HEIGHT, WIDTH):
        for at in range(row, row + WIDTH - 1):
            bits = bits << 1 | (greys[at] > greys[at + 1])
    return signed(bits)


def mirrored(hash: int) -> int:
    """The hash of the picture's mirror image: each row backwards, and dark for light."""
    rows = (unsigned(hash) ^ (1 << 64) - 1).to_bytes(8)
    return signed(int.from_bytes(bytes(int(f"{row:08b}"[::-1], 2) for row in rows)))


def distance(one: int, other: int) -> int:
    """In how many of the 64 bits two hashes differ."""
    return (unsigned(one) ^ unsigned(other)).bit_count()


def signed(bits: int) -> int:
    """64 bits as PostgreSQL's bigint has them."""
    return bits - (1 << 64) if bits >> 63 else bits


def unsigned(hash: int) -> int:
    """A bigint as 64 bits."""
    return hash & (1 << 64) - 1
