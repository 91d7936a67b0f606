"""Photos of dogs that never were, drawn by code: the same seed gives the same picture."""

from demo.portraits.kennel import look_for
from demo.portraits.look import Look
from demo.portraits.studio import Shot, album, draw, jpeg

__all__ = ["Look", "Shot", "album", "draw", "jpeg", "look_for"]
