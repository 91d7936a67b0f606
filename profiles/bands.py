"""Perceptual hashes in four bands of 16 bits, so that an index finds similar ones.

Of hashes that differ in seven bits, one band differs in at most one: looked for are, for each band, it
and the sixteen that are one bit off (M. Norouzi et al., "Fast Search in Hamming Space with Multi-Index
Hashing", 2012). A band is made of rows that are far from each other, since neighbours resemble.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, Func, IntegerField

from screening.pictures import unsigned

BANDS, BITS = 4, 16
# Rows 0 and 4 of the picture, 1 and 5, and so on: of what is shifted, the bytes at 8 and at 0.
SHIFTS = [(48 - 8 * band, 24 - 8 * band) for band in range(BANDS)]


class Bands(Func):
    """The bands of a hash, each marked by its number."""

    template = "ARRAY[{}]".format(
        ", ".join(
            f"(((%(expressions)s >> {high}) & 65280 | ((%(expressions)s >> {low}) & 255))"
            f" + {band << BITS})::int"
            for band, (high, low) in enumerate(SHIFTS)
        )
    )
    output_field = ArrayField(IntegerField())


class ShareABand(Func):
    """Whether two arrays of bands have one in common."""

    template = "(%(expressions)s)"
    arg_joiner = " && "
    output_field = BooleanField()


class Distance(Func):
    """In how many bits two hashes differ."""

    template = "bit_count((%(expressions)s)::bit(64))::int"
    arg_joiner = " # "
    output_field = IntegerField()


def wanted(*hashes: int) -> list[int]:
    """The bands that one of those which are near to a hash has."""
    return sorted({band for hash in hashes for band in _wanted(unsigned(hash))})


def _wanted(bits: int) -> Iterator[Any]:
    for band, (high, low) in enumerate(SHIFTS):
        value = band << BITS | bits >> high & 65280 | bits >> low & 255
        yield value
        yield from (value ^ 1 << bit for bit in range(BITS))
